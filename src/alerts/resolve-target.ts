import { HealthStatus, isHealthStatus } from '../core/status.js';
import { probeUnknown } from '../errors/messages.js';
import type { OptionReader } from '../options/option-reader.js';
import { type Rule, callable, duration, stringList, whole } from '../options/rules.js';
import type { AlertMessage } from './alert-text.js';
import type { CommonSettings } from './target-settings.js';

const BAD: readonly HealthStatus[] = [HealthStatus.DOWN, HealthStatus.OUT_OF_SERVICE, HealthStatus.UNKNOWN];

const statuses: Rule<readonly HealthStatus[]> = {
  expected: `a list of at least one of ${Object.values(HealthStatus).join(', ')}`,
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isHealthStatus),
};

/** The rules of the options that every target has. */
export const COMMON_RULES = {
  to: statuses,
  indicators: stringList,
  probes: stringList,
  timeout: duration(1),
  retries: whole(0, 1000),
};
export const message = callable as Rule<AlertMessage>;

/** Reads the options that every target has. `known`: the names of the probes and groups. `timeout`: its default. */
export function readCommon(
  reader: OptionReader,
  known: readonly string[],
  timeout: number,
): Omit<CommonSettings, 'receiver'> {
  const probes = reader.read('probes', COMMON_RULES.probes, []);
  for (const probe of probes) {
    if (!known.includes(probe)) reader.at.add(probeUnknown(reader.at.option('probes').place, probe, known));
  }
  return {
    to: reader.read('to', COMMON_RULES.to, BAD),
    indicators: reader.read<readonly string[] | undefined>('indicators', COMMON_RULES.indicators, undefined),
    probes,
    timeout: reader.read('timeout', COMMON_RULES.timeout, timeout),
    retries: reader.read('retries', COMMON_RULES.retries, 8),
    message: reader.read<AlertMessage | undefined>('message', message, undefined),
  };
}
