import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { ConfigurationFault } from '../errors/fault.js';
import type { Duration, InMilliseconds } from '../options/duration.js';
import { Faults } from '../options/faults.js';
import { type RuleTable, readerOf } from '../options/option-reader.js';
import { duration, flag, matching } from '../options/rules.js';

/** Options of `HealthFilesModule.forRoot()`. */
export interface HealthFilesOptions {
  /**
   * Folder of the files. It must exist and be writable, and each instance needs its own. Use a folder in memory, such as an
   * `emptyDir` with `medium: Memory`. Required.
   */
  readonly directory: string;
  /** Name of the file that exists while the probe `live` passes. Default: `live`. */
  readonly live?: string;
  /** Name of the file that exists while the probe `ready` passes. Default: `ready`. */
  readonly ready?: string;
  /**
   * The interval at which the probes are evaluated and the files are touched, in milliseconds. A reader should tolerate an
   * age of at least three intervals. Default: 5000.
   */
  readonly every?: Duration;
  /** False: no file is written, for tests of the application. Default: true. */
  readonly enabled?: boolean;
}

/** Options of `HealthFilesModule.forRootAsync()`. */
export interface HealthFilesAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthFilesOptions>['useFactory'];
}

export type FilesSettings = InMilliseconds<Required<HealthFilesOptions>>;

export const PLACE = 'HealthFilesModule.forRoot()';
const path = matching(/^[^\0]*[^\s\0][^\0]*$/, 'the path of a folder');
const fileName = matching(/^(?!\.\.?$)[^/\\\0]+$/, 'a file name without a folder');

const RULES = {
  directory: path,
  live: fileName,
  ready: fileName,
  every: duration(100),
  enabled: flag,
} satisfies RuleTable<HealthFilesOptions>;
const DEFAULTS = { directory: '', live: 'live', ready: 'ready', every: 5000, enabled: true };

/** Validates the options. Throws one error with every configuration fault. */
export function resolveFilesOptions(given: HealthFilesOptions): FilesSettings {
  const faults = new Faults();
  const reader = readerOf(given, faults.at(PLACE));
  const settings = reader.readAll(RULES, DEFAULTS);
  if (settings.directory === '' && faults.isEmpty) reader.at.option('directory').missing(path);
  if (settings.live === settings.ready) faults.add(sameName(settings.live));
  faults.throwIfAny();
  return settings;
}

const sameName = (name: string): ConfigurationFault => ({
  place: `${PLACE}, live and ready`,
  problem: `both files have the name "${name}"`,
  remedy: 'give each file a name of its own',
});
