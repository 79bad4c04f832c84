import type { HealthEngine } from '../core/health-engine.js';
import type { ReportedSource, ReportedSourceOptions } from '../core/reported-source.js';
import type { ConfigurationFault } from '../errors/fault.js';
import type { IndicatorConfiguration } from '../options/indicator-configuration.js';

/** Sets the options of indicators that come from outside the process. Overrides have precedence over them. */
export interface SourceOptions {
  /** Whether an indicator of this name is registered. */
  has(indicator: string): boolean;
  /** Calls the listener with the name of an indicator after the indicator and its options were removed. */
  onRemoved(listener: (indicator: string) => unknown): () => void;
  /**
   * Replaces the options of a registered indicator that come from outside; undefined removes them. `changed`: the new part,
   * which must also be valid where another part has precedence over it. Options that could make `live` fail are a fault.
   * Returns the faults: with a fault, nothing has changed. `place` names the origin in the faults.
   */
  apply(indicator: string, options: unknown, changed: unknown, place: string): readonly ConfigurationFault[];
  /**
   * From now on, reports in the full view, the page and the metrics show the state of these sources. `changed`: the options
   * that they show beside single indicators; undefined: none.
   */
  show(
    sources: readonly ReportedSource[],
    changed: Iterable<readonly [indicator: string, source: ReportedSourceOptions | undefined]>,
  ): void;
}

/** The parts of `HealthModule` that set options of indicators. */
export interface OptionParts {
  readonly engine: HealthEngine;
  readonly configuration: IndicatorConfiguration;
  /** The override of an indicator as reports show it. */
  readonly overrides: { shown(indicator: string): Readonly<Record<string, unknown>> | undefined };
}

/** The token under which `HealthModule` provides the `OptionParts`. It is the same in every copy of the package. */
export const SOURCE_OPTIONS = Symbol.for('nest-vitals:source-options');
