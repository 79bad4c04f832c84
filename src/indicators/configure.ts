import { type ConfiguredOptions, type OwnRules, configureIndicator } from '../discovery/configured-indicator.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';

/** The options that only this kind of indicator has. */
export type OwnOf<Options> = Omit<Options, keyof HealthIndicatorOptions>;

export interface Configured<Own> {
  readonly own: Own;
  readonly annotate: (...parameters: Parameters<ConfiguredOptions<Own>['annotate']>) => void;
}

/** `configureIndicator`, with the indicator's own options told apart by their types. */
export function configure<Options extends HealthIndicatorOptions>(
  kind: string,
  name: string,
  options: Options,
  rules: OwnRules<OwnOf<Options>>,
  required: readonly (keyof OwnOf<Options> & string)[] = [],
): Configured<OwnOf<Options>> {
  const configured = configureIndicator<OwnOf<Options>>(kind, name, options, rules, required);
  return { own: configured.own, annotate: (target) => configured.annotate(target) };
}
