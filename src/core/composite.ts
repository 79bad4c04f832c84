import type { CheckHistory } from './check-history.js';
import type { CheckSettings } from './check.js';
import { type HealthStatus, aggregate, isFailing } from './status.js';

/** Determines the status of a composite from those of its parts. */
export interface CompositeSettings {
  /** How many parts must pass. Undefined: the worst part counts, as in a report. */
  readonly atLeast: number | undefined;
  /** Whether the composite alone can make a report fail. */
  readonly critical: boolean;
}

/** The settings of a composite without options. */
export const COMPOSITE_DEFAULTS: CompositeSettings = { atLeast: undefined, critical: true };

/** The composite that an indicator is a part of. */
export interface PartOf {
  readonly composite: string;
  /** The name of the part in its composite. */
  readonly part: string;
  readonly settings: CompositeSettings;
  /** The history of the composite as a whole. Its parts share it. */
  readonly history: CheckHistory;
  /** All parts of the composite. */
  readonly parts: () => readonly Part[];
}

/** The properties of the runner of a part that a composite reads. */
export interface Part {
  readonly partOf: PartOf;
  readonly definition: { readonly settings: Pick<CheckSettings, 'enabled' | 'critical' | 'probes'> };
  readonly history: CheckHistory;
  readonly hasResult: boolean;
  readonly isRunning: boolean;
}

/** `database/primary` → `database` and `primary`. Undefined: the name has no slash, so it is not a part. */
export function partName(name: string): Pick<PartOf, 'composite' | 'part'> | undefined {
  const slash = name.indexOf('/');
  return slash < 0 ? undefined : { composite: name.slice(0, slash), part: name.slice(slash + 1) };
}

/** The status of a part, and how it counts. */
export interface PartStatus {
  readonly status: HealthStatus;
  /** Whether the failure of the part alone makes the composite fail where all parts must pass. */
  readonly critical: boolean;
  /** Whether a failure counts as DEGRADED. */
  readonly isTolerated: boolean;
}

/** The status of a composite. SKIPPED parts do not count, and it is SKIPPED if all are. */
export function statusOfParts(parts: readonly PartStatus[], { atLeast }: CompositeSettings): HealthStatus {
  const counted = parts.filter(({ status }) => status !== 'SKIPPED');
  if (counted.length === 0) return 'SKIPPED';
  const worst = aggregate(
    counted.map(({ status, critical, isTolerated }) => ({
      status,
      critical: atLeast !== undefined || (critical && !isTolerated),
    })),
  );
  if (atLeast === undefined || !isFailing(worst)) return worst;
  const passing = counted.filter(({ status, isTolerated }) => isTolerated || !isFailing(status));
  // A probe can contain fewer parts than must pass: then it needs all of them.
  return passing.length < Math.min(atLeast, counted.length) ? worst : 'DEGRADED';
}
