import { hostname } from 'node:os';
import { EtcdCallError } from '../../clients/etcd/etcd-calls.js';
import type { HealthReport } from '../../core/report.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import type { Duration } from '../../options/duration.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import { type Rule, duration, nonBlank, required } from '../../options/rules.js';
import type { HealthPublisher } from '../health-publisher.js';
import { type EtcdPublishingClient, LeasedKey, isEtcdPublishingClient } from './leased-key.js';
import { messageOf } from './published-health.js';
import { clientRule } from './target-options.js';

/** Options of `etcdKey()`. */
export interface EtcdKeyOptions {
  /** The application's own `Etcd3` client of the package `etcd3`. Required. */
  readonly client: EtcdPublishingClient;
  /** The key of this instance, such as `services/orders/10.0.0.7:3000`. Each instance needs its own. Required. */
  readonly key: string;
  /**
   * The value of the key, or a function that returns it for a report. If the function returns undefined, the key is removed until
   * it returns a text again. Default: the report as JSON (`PublishedHealth`).
   */
  readonly value?: string | ((report: HealthReport) => string | undefined);
  /**
   * Milliseconds without a report after which etcd removes the key, at least 2000. It must be longer than `period`.
   * Default: 90,000, three periods.
   */
  readonly ttl?: Duration;
  /** Names this instance in the default value. Default: the host name. */
  readonly instance?: string;
}

type Value = EtcdKeyOptions['value'];

const NOT_PERMITTED = 'the user is not permitted to write the key';
const valueRule: Rule<Value> = {
  expected: 'a text, or a function that returns a text',
  accepts: (value) => typeof value === 'string' || typeof value === 'function',
};

const RULES = {
  client: clientRule(isEtcdPublishingClient, 'an Etcd3 client'),
  key: required(nonBlank),
  value: valueRule,
  ttl: duration(2000),
  instance: nonBlank,
} satisfies RuleTable<EtcdKeyOptions>;

/**
 * Registers this instance in etcd 3.4 or later, through the application's own client: a key with a lease, which each report
 * extends. When the lease is lost, the next report registers again. The key is removed when the drain begins. Throws a
 * `HealthConfigurationError` for a malformed option.
 */
export function etcdKey(options: EtcdKeyOptions): HealthPublisher {
  const { client, key, value, ttl, instance } = readOptions('etcdKey()', options, (reader) =>
    reader.readAll(RULES, { ttl: 90_000, instance: hostname() }),
  );
  const valueOf = async (report: HealthReport): Promise<string | undefined> => {
    if (typeof value !== 'function') return value ?? messageOf(report, instance);
    // Awaited against its type: the rejection of an async function would end the process.
    const text = await Promise.resolve<unknown>(value(report));
    if (text === undefined || typeof text === 'string') return text;
    throw new HealthCheckError('the option value must return a text or undefined');
  };
  const leased = new LeasedKey(client, key, ttl);
  return {
    name: `the key ${key} of etcd`,
    publish: async (report, signal) => {
      const text = await valueOf(report);
      await explained(text === undefined ? leased.remove(signal) : leased.write(text, signal));
    },
    finish: (_report, signal) => explained(leased.remove(signal)),
  };
}

async function explained(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    throw error instanceof EtcdCallError ? error.explain(NOT_PERMITTED) : error;
  }
}
