import { hostname } from 'node:os';
import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { Duration, InMilliseconds } from '../options/duration.js';
import { Faults } from '../options/faults.js';
import { CHECKED_ELSEWHERE, type RuleTable, readerOf } from '../options/option-reader.js';
import { type Rule, converted, duration, flag, nonBlank, whole } from '../options/rules.js';

/** Limits of the history. It is kept in memory and ends with the process. */
export interface HealthHistoryOptions {
  /** Number of changes that are kept, of indicators, probes and the application together. Default: 200. */
  readonly entries?: number;
  /** Age in milliseconds beyond which a change is no longer shown. Default: 86,400,000, which is 24 hours. */
  readonly maxAge?: Duration;
}

/** Options of `HealthDashboardModule.forRoot()`. */
export interface HealthDashboardOptions {
  /** Title of the page. Default: the service name of `HealthModule`. */
  readonly title?: string;
  /** Name of this instance on the page. Default: the host name. */
  readonly instance?: string;
  /** Limits of the history. Default: 200 changes, at most 24 hours old. */
  readonly history?: HealthHistoryOptions;
  /**
   * Milliseconds between two evaluations of `deep` while at least one page is open; all open pages share them. False:
   * open pages cause no evaluation, and show only results of probes and of indicators with an `interval`. Default: 5000.
   */
  readonly refresh?: Duration | false;
  /** Whether the page is updated by the stream `/health/events`. False: it reloads every ten seconds. Default: true. */
  readonly events?: boolean;
  /**
   * Milliseconds between two heartbeats on a stream. Keep it below the idle timeout of proxies. A page that receives
   * nothing for two and a half heartbeats shows "not live". Default: 15,000.
   */
  readonly heartbeat?: Duration;
  /** Maximum number of open pages. The response to a further stream is 503. Default: 1000. */
  readonly maxClients?: number;
}

/** Options of `HealthDashboardModule.forRootAsync()`. */
export interface HealthDashboardAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthDashboardOptions>['useFactory'];
}

export interface DashboardSettings extends InMilliseconds<Required<Omit<HealthDashboardOptions, 'title' | 'history'>>> {
  /** Undefined: the name of the service. */
  readonly title: string | undefined;
  readonly history: InMilliseconds<Required<HealthHistoryOptions>>;
}

export const PLACE = 'HealthDashboardModule.forRoot()';
const pause = duration(100);
const pauseOrNone: Rule<number | false> = {
  expected: `${pause.expected}, or false`,
  accepts: (value) => value === false || pause.accepts(value),
  convert: (value) => (value === false ? value : converted(pause, value)),
};

const RULES = {
  title: nonBlank,
  instance: nonBlank,
  history: CHECKED_ELSEWHERE,
  refresh: pauseOrNone,
  events: flag,
  heartbeat: pause,
  maxClients: whole(1, 100_000),
} satisfies RuleTable<HealthDashboardOptions>;
const HISTORY_RULES = { entries: whole(1, 10_000), maxAge: duration(1000) } satisfies RuleTable<HealthHistoryOptions>;
const HISTORY_DEFAULTS = { entries: 200, maxAge: 24 * 3_600_000 };

/** Validates the options. Throws one error with every configuration fault. */
export function resolveDashboardOptions(given: HealthDashboardOptions): DashboardSettings {
  const faults = new Faults();
  const reader = readerOf(given, faults.at(PLACE));
  reader.refuseUnknown(RULES);
  const settings = {
    title: reader.read<string | undefined>('title', RULES.title, undefined),
    instance: reader.read('instance', RULES.instance, hostname()),
    history: readerOf((given as HealthDashboardOptions | null)?.history ?? {}, reader.at.option('history')).readAll(
      HISTORY_RULES,
      HISTORY_DEFAULTS,
    ),
    refresh: reader.read('refresh', RULES.refresh, 5000),
    events: reader.read('events', RULES.events, true),
    heartbeat: reader.read('heartbeat', RULES.heartbeat, 15_000),
    maxClients: reader.read('maxClients', RULES.maxClients, 1000),
  };
  faults.throwIfAny();
  return settings;
}
