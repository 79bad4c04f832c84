import type { ConfigurationFault } from '../errors/fault.js';
import type { OptionParts, SourceOptions } from '../extension/source-options.js';
import { Faults, type FaultsAt } from '../options/faults.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { protectLive } from '../options/protect-live.js';
import { checkRuntimeOptions } from '../options/runtime-options.js';

/** The options of indicators that a source sets, by the rules of overrides. */
export class SourceLayer implements SourceOptions {
  readonly #engine: OptionParts['engine'];
  readonly #configuration: OptionParts['configuration'];
  readonly #overrides: OptionParts['overrides'];

  constructor({ engine, configuration, overrides }: OptionParts) {
    this.#engine = engine;
    this.#configuration = configuration;
    this.#overrides = overrides;
  }

  has(indicator: string): boolean {
    return this.#engine.isMember(indicator, 'deep');
  }

  onRemoved(listener: (indicator: string) => unknown): () => void {
    return this.#engine.onRemoved(listener);
  }

  apply(indicator: string, options: unknown, changed: unknown, place: string): readonly ConfigurationFault[] {
    const faults = new Faults();
    const at = faults.at(place);
    this.#check(indicator, changed, at);
    const usable = faults.isEmpty ? this.#check(indicator, options, at) : undefined;
    if (!faults.isEmpty) return faults.list;
    const settings = this.#configuration.change(indicator, 'source', usable, at);
    if (settings) this.#engine.configure(indicator, settings, this.#overrides.shown(indicator));
    return faults.list;
  }

  show(...state: Parameters<SourceOptions['show']>): void {
    this.#engine.showSources(...state);
  }

  #check(indicator: string, options: unknown, at: FaultsAt): HealthIndicatorOptions | undefined {
    const usable = options === undefined ? undefined : checkRuntimeOptions(options, at);
    if (usable) protectLive(this.#configuration.configured(indicator), usable, at);
    return usable;
  }
}
