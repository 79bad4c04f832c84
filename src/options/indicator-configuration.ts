import type { CheckSettings } from '../core/check.js';
import type { Environment } from './environment.js';
import type { FaultsAt } from './faults.js';
import type { HealthSettings } from './health-settings.js';
import type { HealthIndicatorOptions } from './indicator-options.js';
import { checkIndicatorOptions, indicatorOptionsFromEnvironment, resolveCheckSettings } from './resolve-indicator.js';

/** The layers of options that can change while the application runs. An override has the highest precedence. */
export type RuntimeLayer = 'source' | 'override';

interface ConfiguredIndicator {
  /** The options of the module's defaults, of the indicator, of the module for this indicator, and of the environment. */
  readonly fixed: readonly HealthIndicatorOptions[];
  /** The settings by the fixed options alone. */
  readonly configured: CheckSettings;
  readonly changed: Partial<Record<RuntimeLayer, HealthIndicatorOptions>>;
}

/** The options of every indicator by their origin, and the resulting settings. */
export class IndicatorConfiguration {
  readonly #settings: Pick<HealthSettings, 'defaults' | 'indicators' | 'groups'>;
  readonly #environment: Environment;
  readonly #indicators = new Map<string, ConfiguredIndicator>();

  constructor(settings: Pick<HealthSettings, 'defaults' | 'indicators' | 'groups'>, environment: Environment) {
    this.#settings = settings;
    this.#environment = environment;
  }

  /** Adds an indicator with its own options, and returns its settings. */
  add(name: string, options: HealthIndicatorOptions | undefined, at: FaultsAt): CheckSettings {
    const fixed = [
      this.#settings.defaults,
      checkIndicatorOptions(options, at),
      this.#settings.indicators[name] ?? {},
      indicatorOptionsFromEnvironment(name, this.#environment, at.faults),
    ];
    const configured = this.#resolve(fixed, at);
    this.#indicators.set(name, { fixed, configured, changed: {} });
    return configured;
  }

  /** The settings of an indicator by code and environment, without sources and overrides. Undefined: it was not added. */
  configured(name: string): CheckSettings | undefined {
    return this.#indicators.get(name)?.configured;
  }

  /** Forgets an indicator. */
  remove(name: string): void {
    this.#indicators.delete(name);
  }

  /**
   * Replaces the options of one layer of an indicator that was added; undefined removes them. Returns the new settings. If
   * they have a fault, with or without the layers above, nothing is replaced, and the result is undefined.
   */
  change(
    name: string,
    layer: RuntimeLayer,
    options: HealthIndicatorOptions | undefined,
    at: FaultsAt,
  ): CheckSettings | undefined {
    const indicator = this.#indicators.get(name);
    if (!indicator) return undefined;
    const { fixed, configured } = indicator;
    const { [layer]: _, ...others } = indicator.changed;
    const changed: ConfiguredIndicator['changed'] = options ? { ...others, [layer]: options } : others;
    const faultsBefore = at.faults.list.length;
    // An override ends, so the options of the source must also be valid without it.
    const { source = {}, override = {} } = changed;
    if (layer === 'source') this.#resolve([...fixed, source], at);
    if (at.faults.list.length > faultsBefore) return undefined;
    const settings = this.#resolve([...fixed, source, override], at);
    if (at.faults.list.length > faultsBefore) return undefined;
    this.#indicators.set(name, { fixed, configured, changed });
    return settings;
  }

  #resolve(layers: readonly HealthIndicatorOptions[], at: FaultsAt): CheckSettings {
    return resolveCheckSettings(layers, this.#settings.groups.keys(), at);
  }
}
