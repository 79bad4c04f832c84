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

/** The options that every target has. */
export const COMMON_OPTIONS = ['to', 'indicators', 'probes', 'timeout', 'retries'];

/** Reads the options that every target has. `known`: the names of the probes and groups. `timeout`: its default. */
export function readCommon(
  reader: OptionReader,
  known: readonly string[],
  timeout: number,
): Omit<CommonSettings, 'receiver'> {
  const probes = reader.read('probes', stringList, []);
  for (const probe of probes) {
    if (!known.includes(probe)) reader.at.add(probeUnknown(reader.at.option('probes').place, probe, known));
  }
  return {
    to: reader.read('to', statuses, BAD),
    indicators: reader.read<readonly string[] | undefined>('indicators', stringList, undefined),
    probes,
    timeout: reader.read('timeout', duration(1), timeout),
    retries: reader.read('retries', whole(0, 1000), 8),
    message: reader.read<AlertMessage | undefined>('message', callable as Rule<AlertMessage>, undefined),
  };
}
