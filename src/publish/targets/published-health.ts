import type { HealthCheckDetail, HealthReport } from '../../core/report.js';

/** The JSON of a message of `redisChannel()`, `natsSubject()` and `mqttTopic()`, and of the default value of `etcdKey()`. */
export interface PublishedHealth extends HealthReport {
  /** The instance that sent the message: the option `instance` of the target. */
  readonly instance: string;
  readonly details: Readonly<Record<string, Omit<HealthCheckDetail, 'data' | 'override'>>>;
}

/** Every subscriber can read the message, so it contains neither `data` nor the author of an override. */
export function messageOf({ details, ...report }: HealthReport, instance: string): string {
  const shown = Object.entries(details).map(([name, { data: _data, override: _override, ...detail }]) => [
    name,
    detail,
  ]);
  const message: PublishedHealth = { instance, ...report, details: Object.fromEntries(shown) };
  return JSON.stringify(message);
}
