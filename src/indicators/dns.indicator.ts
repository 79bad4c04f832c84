import { isIP } from 'node:net';
import type { Type } from '@nestjs/common';
import { onAbort } from '../core/async.js';
import type { HealthCheckContext } from '../core/check.js';
import { type HealthResult, down, up } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import { HealthCheckError } from '../errors/health-check.error.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { type Rule, listOf, oneOf, nonBlank, whole } from '../options/rules.js';
import { configureIndicator } from '../discovery/configured-indicator.js';
import { SharedCall } from './shared-call.js';

const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'] as const;
export type DnsRecordType = (typeof RECORD_TYPES)[number];

/** Options of {@link DnsIndicator}. */
export interface DnsIndicatorOptions extends HealthIndicatorOptions {
  /** The name to look up. Required. */
  readonly host: string;
  /**
   * Queries a name server for records of this type. Default: unset. The name is then resolved in the same way as for the
   * connections of the application, including `/etc/hosts` and the cache of the operating system.
   */
  readonly recordType?: DnsRecordType;
  /**
   * The addresses of the name servers to query, with or without a port (`10.0.0.10:53`). Default: those of the operating
   * system. With this option, the default of `recordType` is `A`.
   */
  readonly servers?: readonly string[];
  /** The smallest number of records. Fewer is DOWN. Default: 1. Use it for headless services with many addresses. */
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

/** Texts for the error codes of the resolver (c-ares). */
const ERROR_TEXTS: Readonly<Record<string, string>> = {
  ENODATA: 'the host has no such record',
  ESERVFAIL: 'the name server has failed',
  EREFUSED: 'the name server refuses the query',
  ETIMEOUT: 'the name server does not respond',
  ECONNREFUSED: 'the name server refuses the connection',
  EBADNAME: 'the host has a malformed name',
};

/** Resolves a host name. */
export function DnsIndicator(name: string, options: DnsIndicatorOptions): Type<HealthIndicator> {
  const { own, annotate } = configureIndicator('DnsIndicator', name, options, RULES, ['host']);
  const { host, servers, recordType = servers && 'A', minimum = 1 } = own;

  class ConfiguredDnsIndicator implements HealthIndicator {
    readonly #lookup = new SharedCall(async () => {
      const { lookup } = await import('node:dns/promises');
      const addresses = await lookup(host, { all: true });
      return addresses.map(({ address }) => address);
    });

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      const records = await (recordType ? resolveRecords(host, recordType, servers, signal) : this.#lookup.run(signal));
      const data = { records: records.length, first: records[0] };
      return records.length < minimum ? down(`${records.length} records, fewer than ${minimum}`, data) : up(data);
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
  const { Resolver } = await import('node:dns/promises');
  signal.throwIfAborted();
  const resolver = new Resolver();
  if (servers) resolver.setServers(servers);
  const removeListener = onAbort(signal, () => resolver.cancel());
  try {
    return (await resolver.resolve(host, recordType)) as readonly unknown[];
  } catch (error) {
    throw signal.aborted ? signal.reason : described(error);
  } finally {
    removeListener();
  }
}

function described(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || !Object.hasOwn(ERROR_TEXTS, code)) return error;
  return new HealthCheckError(ERROR_TEXTS[code] ?? code, { code, cause: error });
}
