import { isIP, isIPv6 } from 'node:net';
import { optionOutOfRange } from '../../errors/messages.js';
import { proberWithoutCriteria } from '../../errors/messages.js';
import type { FaultsAt } from '../faults.js';
import type { ProberOptions } from '../shutdown-options.js';
import type { ProberSettings } from '../health-settings.js';
import { type RuleTable, readerOf } from '../option-reader.js';
import { type Rule, show, stringList } from '../rules.js';
import { headerValue, record } from './module-rules.js';

const addressList: Rule<readonly string[]> = {
  expected: 'an address or a range as "10.0.0.0/8", or a list of at least one of them',
  accepts: (value) => isList(value) && listOf(value).every(isAddress),
  read(text) {
    const list = stringList.read?.(text) ?? [];
    return addressList.accepts(list) ? list : undefined;
  },
};

const agentList: Rule<string | readonly string[]> = {
  expected: 'the beginning of a User-Agent, or a list of at least one',
  accepts: isList,
};

const secretHeaders: Rule<Readonly<Record<string, string>>> = {
  expected: 'an object of header names and values, neither of them empty',
  accepts: (value) =>
    record.accepts(value) &&
    Object.entries(value as object).length > 0 &&
    Object.entries(value as object).every(
      ([name, text]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && text !== '' && headerValue.accepts(text),
    ),
};

const RULES = {
  addresses: addressList,
  agents: agentList,
  headers: secretHeaders,
} satisfies RuleTable<ProberOptions>;

/** The named probers. The variable of the same name contains addresses, and replaces the option. */
export function resolveProbers(
  list: readonly unknown[] | undefined,
  at: FaultsAt,
): readonly ProberSettings[] | undefined {
  if (list === undefined) return undefined;
  if (list.every((entry) => typeof entry === 'string')) return [{ addresses: list }];
  return list.map((entry, index) => resolveProber(entry, at.entry(index)));
}

export const probersRule: Rule<readonly unknown[]> = {
  expected: 'a list of at least one object with addresses, agents or headers',
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry !== 'string'),
  expectedOfVariable: addressList.expected,
  read: (text) => addressList.read?.(text),
};

function resolveProber(entry: unknown, at: FaultsAt): ProberSettings {
  const reader = readerOf(entry, at);
  if (!record.accepts(entry)) return {};
  reader.refuseUnknown(RULES);
  const { addresses, agents, headers } = entry as Readonly<Record<string, unknown>>;
  if (addresses === undefined && agents === undefined && headers === undefined) {
    at.add(proberWithoutCriteria(at.place));
  }
  check(addresses, addressList, at.option('addresses'));
  check(agents, agentList, at.option('agents'));
  check(headers, secretHeaders, at.option('headers'), true);
  return {
    ...(isList(addresses) && { addresses: listOf(addresses) }),
    ...(isList(agents) && { agents: listOf(agents) }),
    ...(secretHeaders.accepts(headers) && { headers: headers as Readonly<Record<string, string>> }),
  };
}

function check(value: unknown, rule: Rule, at: FaultsAt, isSecret = false): void {
  if (value === undefined || rule.accepts(value)) return;
  at.add(optionOutOfRange(at.place, isSecret ? 'a value that is not shown' : show(value), rule.expected));
}

function isList(value: unknown): value is string | readonly string[] {
  return (
    stringList.accepts(typeof value === 'string' ? [value] : value) && listOf(value as string | string[]).length > 0
  );
}

function listOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function isAddress(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (isIP(address) === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv6(address) ? 128 : 32));
}
