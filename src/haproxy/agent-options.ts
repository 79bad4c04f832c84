import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { Duration, InMilliseconds } from '../options/duration.js';
import { Faults } from '../options/faults.js';
import { type RuleTable, readerOf } from '../options/option-reader.js';
import { duration, flag, nonBlank, whole } from '../options/rules.js';

/** Options of `HealthAgentModule.forRoot()`. */
export interface HealthAgentOptions {
  /** TCP port for the checks of HAProxy. 0: any free port, see `HealthAgent.address`. Required. */
  readonly port: number;
  /**
   * Address to listen on. The port has no access control, so by default other machines cannot reach it. Use the private
   * address of this machine, or `::` for every address. Default: `127.0.0.1`.
   */
  readonly host?: string;
  /**
   * Milliseconds in which the weight rises from 10 % to 100 % after the first `up`, while caches and connections are cold.
   * Default: 0, the full weight at once.
   */
  readonly warmUp?: Duration;
  /** Weight in percent while `ready` is `DEGRADED`, from 1 to 100. Default: 50. */
  readonly degradedWeight?: number;
  /**
   * Whether the HTTP server of the application must listen before a response is `up`. Set false for an application that
   * opens its servers itself, or has none that HAProxy uses over HTTP. Default: true.
   */
  readonly awaitServer?: boolean;
  /** False: no port is opened, for tests of the application. Default: true. */
  readonly enabled?: boolean;
}

/** Options of `HealthAgentModule.forRootAsync()`. */
export interface HealthAgentAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Tokens of the providers that are passed to `useFactory`. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthAgentOptions>['useFactory'];
}

export type AgentSettings = InMilliseconds<Required<HealthAgentOptions>>;

export const PLACE = 'HealthAgentModule.forRoot()';

const RULES = {
  port: whole(0, 65_535),
  host: nonBlank,
  warmUp: duration(0),
  degradedWeight: whole(1, 100),
  awaitServer: flag,
  enabled: flag,
} satisfies RuleTable<HealthAgentOptions>;
const DEFAULTS = {
  port: Number.NaN,
  host: '127.0.0.1',
  warmUp: 0,
  degradedWeight: 50,
  awaitServer: true,
  enabled: true,
};

/** Validates the options. Throws one error with every configuration fault. */
export function resolveAgentOptions(given: HealthAgentOptions): AgentSettings {
  const faults = new Faults();
  const reader = readerOf(given, faults.at(PLACE));
  const settings = reader.readAll(RULES, DEFAULTS);
  if (Number.isNaN(settings.port) && faults.isEmpty) reader.at.option('port').missing(RULES.port);
  faults.throwIfAny();
  return settings;
}
