import type { CheckSettings } from '../../../../src/core/check.js';
import type { CheckRun } from '../../../../src/core/check-history.js';
import type { Evaluation } from '../../../../src/core/probe.js';
import type { HealthStatus } from '../../../../src/core/status.js';
import type { CallTimes } from '../../core/properties/planned-calls.js';
import type { Behaviour } from '../../core/properties/scenario.js';
import type { IndicatorPlan } from './changing-scenario.js';
import type { ActiveOverride } from './layers.js';

/** One registration of an indicator, until its removal. */
export interface Registered {
  readonly plan: IndicatorPlan;
  readonly addedAt: number;
  removedAt?: number;
}

/** An indicator between two changes. */
export interface Present {
  readonly registered: Registered;
  readonly settings: CheckSettings;
  readonly override: ActiveOverride | undefined;
}

/** The configuration of the application between two changes. */
export interface Version {
  readonly at: number;
  /** The revision of the engine from which reports must have this version. */
  revision: number;
  readonly indicators: ReadonlyMap<string, Present>;
}

export interface Call extends CallTimes {
  readonly registered: Registered;
  readonly behaviour: Behaviour;
  readonly began: number;
  /** The settings at the time of the call. */
  readonly settings: CheckSettings;
  /** The number of finished runs of this registration. */
  readonly runsBefore: number;
  /** The cause of the call. `other`: a timer, or a change of the configuration. */
  readonly cause: 'ask' | 'runNow' | 'other';
}

export interface Run {
  readonly registered: Registered;
  readonly run: CheckRun;
  readonly status: HealthStatus;
  readonly calls: readonly Call[];
  /** The revision of the engine from which reports contain it. */
  readonly revision: number;
}

export interface ProbeResponse {
  readonly probe: string;
  readonly askedAt: number;
  respondedAt?: number;
  evaluation?: Evaluation;
  isAtOnce?: boolean;
  rejectedWith?: unknown;
  /** The calls that the request made before it returned. */
  readonly made: Call[];
  /** The indicators that the request had to run. Undefined: it joined a report in progress. */
  readonly due: readonly Registered[] | undefined;
}

/** The overrides that are active at one moment, in the model and in the library. */
export interface Snapshot {
  readonly at: number;
  readonly expected: Readonly<Record<string, { until: number | undefined; settings: CheckSettings }>>;
  readonly actual: Readonly<Record<string, { until: number | undefined; settings: CheckSettings }>>;
}
