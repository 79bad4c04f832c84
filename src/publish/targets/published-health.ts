import type { HealthCheckDetail, HealthReport } from '../../core/report.js';

/** An indicator or composite in a message. */
export interface PublishedDetail extends Omit<HealthCheckDetail, 'data' | 'override' | 'source' | 'details'> {
  /** Only of a composite: its parts. */
  readonly details?: Readonly<Record<string, PublishedDetail>>;
}

/** The JSON of a message of `redisChannel()`, `natsSubject()` and `mqttTopic()`, and of the default value of `etcdKey()`. */
export interface PublishedHealth extends Omit<HealthReport, 'sources'> {
  /** The instance that sent the message: the option `instance` of the target. */
  readonly instance: string;
  readonly details: Readonly<Record<string, PublishedDetail>>;
}

/** Every subscriber can read the message, so it contains neither `data` nor the overrides and sources of options. */
export function messageOf({ details, sources: _sources, ...report }: HealthReport, instance: string): string {
  const message: PublishedHealth = { instance, ...report, details: shown(details) };
  return JSON.stringify(message);
}

function shown(all: HealthReport['details']): PublishedHealth['details'] {
  const entries = Object.entries(all).map(
    ([name, { data: _data, override: _override, source: _source, ...detail }]) => {
      const { details, ...rest } = detail;
      return [name, details ? { ...rest, details: shown(details) } : rest] as const;
    },
  );
  return Object.fromEntries(entries);
}
