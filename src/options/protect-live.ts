import type { CheckSettings } from '../core/check.js';
import { liveChanged, liveExtended } from '../errors/messages.js';
import type { FaultsAt } from './faults.js';
import type { HealthIndicatorOptions } from './indicator-options.js';

/** Options that cannot make `live` fail, whatever their value. */
const HARMLESS: readonly string[] = ['probes', 'shared', 'tags'] satisfies (keyof HealthIndicatorOptions)[];

/**
 * Refuses options that could make `live` fail, because a failure restarts the process. `configured`: the settings by code
 * and environment. An indicator that these leave out of `live` cannot be added. One that they put into `live` can be
 * disabled, made non-critical or removed from `live`, and configured values can be restored. Each option is judged alone, so
 * no combination of sources and overrides can make `live` fail either.
 */
export function protectLive(
  configured: CheckSettings | undefined,
  options: HealthIndicatorOptions,
  at: FaultsAt,
): void {
  if (!configured?.probes.includes('live')) {
    if (options.probes?.includes('live')) at.add(liveExtended(at.option('probes').place));
    return;
  }
  for (const [option, value] of Object.entries(options)) {
    if (HARMLESS.includes(option) || value === configured[option as keyof CheckSettings]) continue;
    if ((option === 'enabled' || option === 'critical') && value === false) continue;
    at.add(liveChanged(at.option(option).place, option));
  }
}
