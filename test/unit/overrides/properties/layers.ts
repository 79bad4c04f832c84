import type { CheckSettings } from '../../../../src/core/check.js';
import { INDICATOR_DEFAULTS, defaultMaxAge } from '../../../../src/options/defaults.js';
import type { RuntimeIndicatorOptions } from '../../../../src/options/runtime-options.js';

/** An override as the model keeps it. */
export interface ActiveOverride {
  readonly options: RuntimeIndicatorOptions;
  /** Wall time, in milliseconds. */
  readonly until: number;
}

/** The options of one registered indicator, by their sources. */
export interface Layers {
  readonly code: RuntimeIndicatorOptions;
  readonly source: RuntimeIndicatorOptions | undefined;
  readonly override: ActiveOverride | undefined;
}

/** The settings that result from the layers: the last layer with an option decides. */
export function settingsOf({ code, source, override }: Layers): CheckSettings {
  const settings: Record<string, unknown> = { ...INDICATOR_DEFAULTS };
  for (const layer of [code, source, override?.options]) {
    for (const [option, value] of Object.entries(layer ?? {})) settings[option] = value === 'off' ? undefined : value;
  }
  const all = settings as unknown as CheckSettings;
  return { ...all, maxAge: settings['maxAge'] === undefined ? defaultMaxAge(all) : all.maxAge };
}

/** Whether the rules of the options accept the layers: the rules relate `maxAge` to `ttl` and `interval`. */
export function isValid(layers: Layers): boolean {
  const { interval, maxAge, ttl } = settingsOf(layers);
  return interval === undefined ? maxAge >= ttl : maxAge > interval;
}
