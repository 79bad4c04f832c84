import type { HealthCheckDetail } from '../core/report.js';
import type { RuntimeIndicatorOptions } from '../options/runtime-options.js';
import type { HealthOverride, HealthRefusal, OverrideTerms } from './health-override.js';

/** The part of `HealthService` that changes the application while it runs, for modules that offer it to operators. */
export interface HealthControl {
  readonly overrides: readonly HealthOverride[];
  readonly refusals: readonly HealthRefusal[];
  override(name: string, options: RuntimeIndicatorOptions, terms: OverrideTerms): HealthOverride;
  clear(name: string, by?: string): boolean;
  runNow(name: string): Promise<HealthCheckDetail>;
  refuseTraffic(reason: string, terms: Omit<OverrideTerms, 'reason'>): (by?: string) => void;
  endRefusal(refusal: HealthRefusal, by?: string): boolean;
}

/** The same in every copy of the package. */
export const HEALTH_CONTROL = Symbol.for('nest-vitals:health-control');
