import type { Duration } from '../options/duration.js';
import type { RuntimeIndicatorOptions } from '../options/runtime-options.js';

/** The reason, the end and the author of an override. */
export interface OverrideTerms {
  /** The reason of the change. Reports, the log and alerts show it, so it must contain no secret. */
  readonly reason: string;
  /** The time after which the override ends, at most 24 hours. */
  readonly expiresIn: Duration;
  /** The author of the change, for the log and for reports. Default: the application itself. */
  readonly by?: string | undefined;
}

/** A reason for which the application refuses traffic. */
export interface HealthRefusal {
  readonly reason: string;
  /** The author of the refusal. Undefined: the application itself. */
  readonly by: string | undefined;
  readonly since: Date;
  /** The refusal ends at this time. Undefined: it lasts until it is withdrawn. */
  readonly until: Date | undefined;
}

/** Options of an indicator that were changed while the application runs, until a time. */
export interface HealthOverride {
  readonly indicator: string;
  /** The changed options, as they were given. */
  readonly options: RuntimeIndicatorOptions;
  readonly reason: string;
  /** The author of the change. Undefined: the application itself. */
  readonly by: string | undefined;
  readonly since: Date;
  /** The override ends at this time. */
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
      /** The author of the withdrawal. Undefined: the application itself. */
      readonly by: string | undefined;
    };
