import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { hasMethods } from '../core/has-methods.js';
import { isRecord } from '../core/is-record.js';
import type { Duration } from '../options/duration.js';
import { Faults } from '../options/faults.js';
import { defaultInstanceName, instanceName } from '../options/instance-name.js';
import { type RuleTable, readerOf } from '../options/option-reader.js';
import { type Rule, duration, flag, whole } from '../options/rules.js';
import type { HealthStore } from '../stores/health-store.js';

/** Options of `HealthFleetModule.forRoot()`. */
export interface HealthFleetOptions {
  /** The store that all instances share, such as `redisStore({ client })`. Required. */
  readonly store: HealthStore;
  /**
   * The name of this instance, unique within its service: a second instance of the same name replaces the first on the page.
   * Default: `HOSTNAME` (the name of the pod on Kubernetes) or the name of the machine, with the process identifier where
   * the machine is not a pod.
   */
  readonly instance?: string;
  /**
   * Maximum time between two writes of an instance. An instance without an entry for three heartbeats is `lost`. Default: 5000 ms.
   *
   * @example
   * { heartbeat: '10s' }
   */
  readonly heartbeat?: Duration;
  /**
   * Number of instances that must be ready, by the name of the service. If fewer are ready, the endpoint responds with 503 and
   * the reason `orders: 2 of 3 ready`, for monitors. Default: none.
   *
   * @example
   * { expected: { orders: 3, payments: 2 } }
   */
  readonly expected?: Readonly<Record<string, number>>;
  /**
   * How many instances of the service may be unready when one of them would leave the rotation because of its load: an
   * `OverloadIndicator` with `down` stays DEGRADED while the limit is reached. A whole number from 1, or a part below 1 of the
   * instances that were ready once, rounded down. One instance always stays. An instance leaves only while it holds a lease in
   * the store, so entries of the others that arrive late do not matter. While the store is unavailable, the instance stays. Default: no limit.
   *
   * @example
   * { maxUnready: 0.5 }
   */
  readonly maxUnready?: number;
  /**
   * Signs entries (HMAC with SHA-256), so that only holders of the secret can announce instances; entries without a valid
   * signature are refused and listed. At least 16 characters, the same for all instances. Default: entries are not signed.
   */
  readonly secret?: string;
  /**
   * Whether this instance has the endpoint `/health/fleet`. False: it only writes its own entry. It does not receive the
   * entries of the others, unless `maxUnready`, `metrics`, an indicator with a quorum or an alert of an outage needs them. So
   * its cost does not grow with the fleet. Default: true.
   */
  readonly serve?: boolean;
  /**
   * Exports the numbers of instances of all services as metrics, by `HealthPrometheusModule` or `HealthOpenTelemetryModule`.
   * Each instance with this option exports the same numbers. Default: false.
   */
  readonly metrics?: boolean;
  /** False: the instance writes and receives no entries, for tests of the application. Default: true. */
  readonly enabled?: boolean;
}

/** Options of `HealthFleetModule.forRootAsync()`. */
export interface HealthFleetAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthFleetOptions>['useFactory'];
}

export interface FleetSettings {
  readonly store: HealthStore;
  readonly instance: string;
  /** Milliseconds. */
  readonly heartbeat: number;
  readonly expected: ReadonlyMap<string, number>;
  readonly maxUnready: number | undefined;
  readonly secret: string | undefined;
  readonly serve: boolean;
  readonly metrics: boolean;
  readonly enabled: boolean;
}

export const PLACE = 'HealthFleetModule.forRoot()';

const storeRule: Rule<HealthStore> = {
  expected: 'a store, such as redisStore({ client })',
  accepts: (value) => hasMethods(value, 'put', 'remove', 'watch', 'claim'),
};
const counts = whole(1, 1_000_000);
const expectedRule: Rule<Readonly<Record<string, number>>> = {
  expected: 'an object with whole numbers from 1, by the name of the service',
  accepts: (value) => isRecord(value) && Object.values(value).every((count) => counts.accepts(count)),
};
const unreadyRule: Rule<number> = {
  expected: 'a whole number from 1, or a number above 0 and below 1',
  accepts: (value) => typeof value === 'number' && (counts.accepts(value) || (value > 0 && value < 1)),
};
const secretRule: Rule<string> = {
  expected: 'a text of at least 16 characters',
  accepts: (value) => typeof value === 'string' && value.length >= 16,
  isSecret: true,
};

const RULES = {
  store: storeRule,
  instance: instanceName,
  heartbeat: duration(500),
  expected: expectedRule,
  maxUnready: unreadyRule,
  secret: secretRule,
  serve: flag,
  metrics: flag,
  enabled: flag,
} satisfies RuleTable<HealthFleetOptions>;

/** Checks the options. Throws one error with every configuration fault. */
export function resolveFleetOptions(given: HealthFleetOptions): FleetSettings {
  const faults = new Faults();
  const reader = readerOf(given, faults.at(PLACE));
  reader.refuseUnknown(RULES);
  if (isRecord(given) && given['store'] === undefined) reader.at.option('store').missing(storeRule);
  const settings: FleetSettings = {
    store: reader.read('store', RULES.store, given?.store),
    instance: reader.read('instance', RULES.instance, defaultInstanceName()),
    heartbeat: reader.read('heartbeat', RULES.heartbeat, 5000),
    expected: new Map(Object.entries(reader.read('expected', RULES.expected, {}))),
    maxUnready: reader.read<number | undefined>('maxUnready', RULES.maxUnready, undefined),
    secret: reader.read<string | undefined>('secret', RULES.secret, undefined),
    serve: reader.read('serve', RULES.serve, true),
    metrics: reader.read('metrics', RULES.metrics, false),
    enabled: reader.read('enabled', RULES.enabled, true),
  };
  faults.throwIfAny();
  return settings;
}
