import { hostname } from 'node:os';
import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import type { ConfigurationFault } from '../errors/fault.js';
import type { Duration, InMilliseconds } from '../options/duration.js';
import { readerOf } from '../options/option-reader.js';
import { type Rule, converted, duration, flag, nonBlank, whole } from '../options/rules.js';

/** What is kept of the past. It is kept in memory, and ends with the process. */
export interface HealthHistoryOptions {
  /** How many changes are kept, of indicators, probes and the application together. Default: 200. */
  readonly entries?: number;
  /** Milliseconds after which a change is not shown any more. Default: 86,400,000, which is 24 hours. */
  readonly maxAge?: Duration;
}

/** Options of `HealthDashboardModule.forRoot()`. */
export interface HealthDashboardOptions {
  /** What the page calls the service. Default: its name, as `HealthModule` knows it. */
  readonly title?: string;
  /** What the page calls this instance among those of the service. Default: the name of the host. */
  readonly instance?: string;
  /** What is kept of the past. */
  readonly history?: HealthHistoryOptions;
  /**
   * Milliseconds between two times that the open pages, all together, ask `deep`, as one caller of it would: without, a
   * page shows news of those checks alone that somebody else asks for, or that have an `interval`. Default: 5000. False:
   * pages ask nothing.
   */
  readonly refresh?: Duration | false;
  /** False: there is no `/health/events`, and the page is one that loads itself anew every ten seconds. Default: true. */
  readonly events?: boolean;
  /**
   * Milliseconds between two signs of life on a stream; proxies close one that is silent for longer than they like, and
   * a page that hears nothing for two and a half of them says that it is not live. Default: 15,000.
   */
  readonly heartbeat?: Duration;
  /** How many pages may be open at once; one more is answered 503. Default: 1000. */
  readonly maxClients?: number;
}

/** Options of `HealthDashboardModule.forRootAsync()`. */
export interface HealthDashboardAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** What is handed to `useFactory`. */
  readonly inject?: FactoryProvider['inject'];
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

/** Checks the options. Throws one error with everything that is wrong. */
export function resolveDashboardOptions(given: HealthDashboardOptions): DashboardSettings {
  const faults: ConfigurationFault[] = [];
  const reader = readerOf(PLACE, given, faults);
  reader.refuseUnknown(['title', 'instance', 'history', 'refresh', 'events', 'heartbeat', 'maxClients']);
  const settings = {
    title: reader.read<string | undefined>('title', nonBlank, undefined),
    instance: reader.read('instance', nonBlank, hostname()),
    history: resolveHistory((given as HealthDashboardOptions | null)?.history ?? {}, faults),
    refresh: reader.read('refresh', pauseOrNone, 5000),
    events: reader.read('events', flag, true),
    heartbeat: reader.read('heartbeat', pause, 15_000),
    maxClients: reader.read('maxClients', whole(1, 100_000), 1000),
  };
  if (faults.length > 0) throw new HealthConfigurationError(faults);
  return settings;
}

function resolveHistory(given: HealthHistoryOptions, faults: ConfigurationFault[]): DashboardSettings['history'] {
  const reader = readerOf(`${PLACE}, history`, given, faults);
  reader.refuseUnknown(['entries', 'maxAge']);
  return {
    entries: reader.read('entries', whole(1, 10_000), 200),
    maxAge: reader.read('maxAge', duration(1000), 24 * 3_600_000),
  };
}
