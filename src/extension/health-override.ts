import type { RuntimeIndicatorOptions } from '../options/runtime-options.js';

/** Options of an indicator that were changed while the application runs, until a time. */
export interface HealthOverride {
  readonly indicator: string;
  /** The changed options, as they were given. */
  readonly options: RuntimeIndicatorOptions;
  readonly reason: string;
  /** Who made the change. Undefined: the application itself. */
  readonly by: string | undefined;
  readonly since: Date;
  /** The override ends by itself at this time. */
  readonly until: Date;
}

/** An override has begun or ended. */
export type OverrideEvent =
  | {
      readonly kind: 'begun';
      readonly override: HealthOverride;
      /** The override that it replaces. */
      readonly replaced: HealthOverride | undefined;
    }
  | {
      /** `expired`: its time has passed. `cleared`: it was withdrawn, or its indicator was removed. */
      readonly kind: 'expired' | 'cleared';
      readonly override: HealthOverride;
      /** Who withdrew it. Undefined: the application itself. */
      readonly by: string | undefined;
    };
