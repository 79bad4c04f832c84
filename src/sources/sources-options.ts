import { hasMethods } from '../core/has-methods.js';
import { isRecord } from '../core/is-record.js';
import type { Duration } from '../options/duration.js';
import { Faults } from '../options/faults.js';
import { defaultInstanceName, instanceName } from '../options/instance-name.js';
import { type RuleTable, readerOf } from '../options/option-reader.js';
import { type Rule, duration, nonBlank } from '../options/rules.js';
import type { ConfigurationSource } from './configuration-source.js';

/** Options of `HealthSourcesModule.forRoot()`. */
export interface HealthSourcesOptions {
  /**
   * The sources. If several set the same option of an indicator, the last one in the list has precedence. Required.
   */
  readonly sources: readonly ConfigurationSource[];
  /** The longest time that the start of the application waits for the first options of all sources. Default: 2000 ms. */
  readonly bootTimeout?: Duration;
  /**
   * The name of this instance, for options that apply to it only. Default: `HOSTNAME` (the name of the pod on Kubernetes) or the
   * name of the machine, with the process identifier where the machine is not a pod; the same as in `HealthFleetModule`.
   */
  readonly instance?: string;
}

export interface SourcesSettings {
  readonly sources: readonly ConfigurationSource[];
  /** Milliseconds. */
  readonly bootTimeout: number;
  readonly instance: string;
}

export const PLACE = 'HealthSourcesModule.forRoot()';
const DEFAULT_BOOT_TIMEOUT = 2000;

const list: Rule<readonly ConfigurationSource[]> = {
  expected: 'a list of sources, such as storeSource({ store, prefix })',
  accepts: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((each) => isRecord(each) && nonBlank.accepts(each['name']) && hasMethods(each, 'watch')),
};

const RULES = {
  sources: list,
  bootTimeout: duration(0),
  instance: instanceName,
} satisfies RuleTable<HealthSourcesOptions>;

/** Throws one `HealthConfigurationError` with every configuration fault. */
export function resolveSourcesOptions(options: HealthSourcesOptions): SourcesSettings {
  const faults = new Faults();
  const reader = readerOf(options, faults.at(PLACE));
  reader.refuseUnknown(RULES);
  if (isRecord(options) && options['sources'] === undefined) reader.at.option('sources').missing(list);
  const settings = {
    sources: reader.read('sources', RULES.sources, []),
    bootTimeout: reader.read('bootTimeout', RULES.bootTimeout, DEFAULT_BOOT_TIMEOUT),
    instance: reader.read('instance', RULES.instance, defaultInstanceName()),
  };
  faults.throwIfAny();
  return settings;
}
