import { Resolver, lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Type } from '@nestjs/common';
import { onAbort } from '../core/async.js';
import type { HealthCheckContext } from '../core/check.js';
import { type HealthResult, down, up } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import { HealthCheckError } from '../errors/health-check.error.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { type Rule, listOf, oneOf, nonBlank, whole } from '../options/rules.js';
import { configure } from './configure.js';
import { SharedCall } from './shared-call.js';

const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'] as const;
export type DnsRecordType = (typeof RECORD_TYPES)[number];

/** Options of {@link DnsIndicator}. */
export interface DnsIndicatorOptions extends HealthIndicatorOptions {
  /** The name to look up. Required. */
  readonly host: string;
  /**
   * Asks a name server for records of this type. Default: unset, and the name is looked up as every connection of the
   * application does it, which heeds `/etc/hosts` and the operating system's own cache.
   */
  readonly recordType?: DnsRecordType;
  /**
   * The name servers that are asked, each an address, with or without a port (`10.0.0.10:53`). Default: those of the
   * operating system. With it, `recordType` is `A` if it is not set.
   */
  readonly servers?: readonly string[];
  /** How many answers there must be at least; fewer is DOWN. Default: 1. For headless services that have many. */
  readonly minimum?: number;
}

const server: Rule<string> = {
  expected: 'an address, with or without a port',
  accepts: (value) => typeof value === 'string' && SERVER.test(value) && isIP(addressPart(value)) !== 0,
};
const SERVER = /^(?:\[[^\]]+\](?::\d{1,5})?|[^[\]:]+(?::\d{1,5})?|[^[\].]+)$/;

function addressPart(value: string): string {
  return /^\[(.*)\]/.exec(value)?.[1] ?? (isIP(value) === 0 ? value.replace(/:\d+$/, '') : value);
}

const RULES = { host: nonBlank, recordType: oneOf(RECORD_TYPES), servers: listOf(server), minimum: whole(1, 1000) };

/** What name servers answer, in words. The codes are c-ares's own. */
const ANSWERS: Readonly<Record<string, string>> = {
  ENODATA: 'the host has no such record',
  ESERVFAIL: 'the name server has failed',
  EREFUSED: 'the name server refuses to answer',
  ETIMEOUT: 'the name server does not answer',
  ECONNREFUSED: 'the name server does not listen',
  EBADNAME: 'the host has a malformed name',
};

/** Looks up a name. */
export function DnsIndicator(name: string, options: DnsIndicatorOptions): Type<HealthIndicator> {
  const { own, annotate } = configure('DnsIndicator', name, options, RULES, ['host']);
  const { host, servers, recordType = servers && 'A', minimum = 1 } = own;

  class ConfiguredDnsIndicator implements HealthIndicator {
    readonly #lookup = new SharedCall(async () => {
      const addresses = await lookup(host, { all: true });
      return addresses.map(({ address }) => address);
    });

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const answers = await (recordType ? resolveRecords(host, recordType, servers, signal) : this.#lookup.run(signal));
      const data = { answers: answers.length, first: answers[0] };
      return answers.length < minimum ? down(`${answers.length} answers, fewer than ${minimum}`, data) : up(data);
    }
  }
  annotate(ConfiguredDnsIndicator);
  return ConfiguredDnsIndicator;
}

async function resolveRecords(
  host: string,
  recordType: DnsRecordType,
  servers: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  signal.throwIfAborted();
  const resolver = new Resolver();
  if (servers) resolver.setServers(servers);
  const removeListener = onAbort(signal, () => resolver.cancel());
  try {
    return (await resolver.resolve(host, recordType)) as readonly unknown[];
  } catch (error) {
    throw signal.aborted ? signal.reason : inWords(error);
  } finally {
    removeListener();
  }
}

function inWords(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || !Object.hasOwn(ANSWERS, code)) return error;
  return new HealthCheckError(ANSWERS[code] ?? code, { code, cause: error });
}
