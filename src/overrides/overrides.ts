import type { LoggerService } from '@nestjs/common';
import { LONGEST_TIMER } from '../core/async.js';
import { boundedText } from '../core/bounded-text.js';
import type { HealthEngine } from '../core/health-engine.js';
import { Listeners } from '../core/listeners.js';
import type { HealthOverride, OverrideEvent, OverrideTerms } from '../extension/health-override.js';
import { Faults } from '../options/faults.js';
import type { IndicatorConfiguration } from '../options/indicator-configuration.js';
import { protectLive } from '../options/protect-live.js';
import { type RuntimeIndicatorOptions, checkRuntimeOptions } from '../options/runtime-options.js';
import { logOverride } from './log-override.js';
import { checkTerms } from './override-terms.js';

const NO_CHANGE = 'so nothing has changed';

interface Active {
  readonly override: HealthOverride;
  /** Undefined: the application has stopped. */
  readonly timer: NodeJS.Timeout | undefined;
}

interface OverridesParts {
  readonly engine: HealthEngine;
  readonly configuration: IndicatorConfiguration;
  readonly logger: Pick<LoggerService, 'log' | 'warn'>;
  readonly onListenerFault: (fault: unknown) => void;
}

/** The options that are overridden while the application runs. At most one override for each indicator: the last one. */
export class Overrides {
  readonly #engine: HealthEngine;
  readonly #configuration: IndicatorConfiguration;
  readonly #active = new Map<string, Active>();
  readonly #listeners: Listeners<OverrideEvent>;
  #isOver = false;

  constructor({ engine, configuration, logger, onListenerFault }: OverridesParts) {
    this.#engine = engine;
    this.#configuration = configuration;
    this.#listeners = new Listeners(onListenerFault);
    // The log is a listener: a logger that throws must neither end the process at an expiry nor keep an override.
    this.#listeners.add((event) => logOverride(logger, event));
  }

  /** The active overrides, in the order in which they began. */
  get list(): readonly HealthOverride[] {
    return [...this.#active.values()].map(({ override }) => override);
  }

  /** Calls the listener when an override begins or ends. */
  onEvent(listener: (event: OverrideEvent) => unknown): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Overrides options of an indicator, in place of an earlier override. Throws `UnknownProbeError` for an unknown name, and
   * one `HealthConfigurationError` with every fault, also for options that could make `live` fail; nothing has changed then.
   */
  set(indicator: string, options: RuntimeIndicatorOptions, terms: OverrideTerms): HealthOverride {
    this.#engine.requireIndicator(indicator);
    const faults = new Faults();
    const usable = checkRuntimeOptions(options, faults.at('options'));
    const { expiresIn, reason, by } = checkTerms(terms, faults);
    protectLive(this.#configuration.configured(indicator), usable, faults.at('options'));
    faults.throwIfAny(`The override of ${indicator}`, NO_CHANGE);
    const settings = this.#configuration.change(indicator, 'override', usable, faults.at('options'));
    faults.throwIfAny(`The override of ${indicator}`, NO_CHANGE);
    if (!settings) throw new TypeError(`The options of ${indicator} are not known`);

    const since = new Date();
    const until = new Date(since.getTime() + expiresIn);
    const override: HealthOverride = Object.freeze({ indicator, options: copyOf(options), reason, by, since, until });
    const earlier = this.#active.get(indicator);
    clearTimeout(earlier?.timer);
    const timer = this.#isOver ? undefined : this.#startTimer(indicator, expiresIn);
    // The latest is the last of the list.
    this.#active.delete(indicator);
    this.#active.set(indicator, { override, timer });
    this.#engine.configure(indicator, settings, describe(override));
    this.#listeners.emit({ kind: 'begun', override, replaced: earlier?.override });
    return override;
  }

  /** The override of an indicator as reports show it. Undefined: it has none. */
  shown(indicator: string): Readonly<Record<string, unknown>> | undefined {
    const active = this.#active.get(indicator);
    return active && describe(active.override);
  }

  /** Ends an override. Returns whether there was one. */
  clear(indicator: string, by?: string): boolean {
    return this.#end(indicator, 'cleared', by);
  }

  /** Clears all timers when the application stops. None begins after that. */
  stop(): void {
    this.#isOver = true;
    for (const { timer } of this.#active.values()) clearTimeout(timer);
  }

  #startTimer(indicator: string, expiresIn: number): NodeJS.Timeout {
    return setTimeout(() => this.#end(indicator, 'expired'), Math.min(expiresIn, LONGEST_TIMER)).unref();
  }

  #end(indicator: string, kind: 'expired' | 'cleared', by?: string): boolean {
    const active = this.#active.get(indicator);
    if (!active) return false;
    clearTimeout(active.timer);
    this.#active.delete(indicator);
    const settings = this.#configuration.change(indicator, 'override', undefined, new Faults().at(indicator));
    // Undefined: the indicator was removed.
    if (settings) this.#engine.configure(indicator, settings);
    this.#listeners.emit({ kind, override: active.override, by: by === undefined ? undefined : boundedText(by) });
    return true;
  }
}

/** A copy of valid options. The caller may change its object later, and reports must show the validated options. */
function copyOf(options: RuntimeIndicatorOptions): RuntimeIndicatorOptions {
  const copies = Object.entries(options).map(([option, value]) => [option, Array.isArray(value) ? [...value] : value]);
  return Object.freeze(Object.fromEntries(copies));
}

/** An override as reports show it. */
function describe({ options, reason, by, until }: HealthOverride): Readonly<Record<string, unknown>> {
  return Object.freeze({ ...options, reason, ...(by !== undefined && { by }), until: until.toISOString() });
}
