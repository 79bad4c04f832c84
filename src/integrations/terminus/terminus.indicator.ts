import { type Abstract, type InjectionToken, Scope, type Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, clientSource } from '../../clients/injected-client.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type Rule, callable, flag, nonBlank } from '../../options/rules.js';
import { readReturned, readThrown } from './terminus-result.js';

/** Where a terminus indicator is found: its class or another token that it is provided under, or itself. */
export type TerminusSource = InjectionToken | object;

/** The indicator behind a source: of a token that is no class nothing is known. */
type Instance<Source> =
  Source extends Type<infer I>
    ? I
    : Source extends Abstract<infer I>
      ? I
      : Source extends string | symbol
        ? unknown
        : Source;

/** Options of {@link TerminusIndicator}. */
export interface TerminusIndicatorOptions<
  Source extends TerminusSource = TerminusSource,
> extends HealthIndicatorOptions {
  /** The terminus indicator, or `HealthIndicatorService`: its class, another token, or itself. Required. */
  readonly indicator: Source;
  /**
   * Calls it and returns its result, as the function did that was handed to `HealthCheckService`. This or `method` is
   * required. It may hand the `signal` of the context on, so that a check whose time is over really ends.
   */
  run?(indicator: Instance<Source>, context: HealthCheckContext): unknown;
  /** The name of the method that is called instead, with `args`. */
  readonly method?: string;
  /** What `method` is called with: the key that the result has in terminus comes first. Default: nothing. */
  readonly args?: readonly unknown[];
  /**
   * Whether the texts among the details are shown, too, the indicator's message among them. Default: false, since they
   * are often the words of an error, which may hold a connection string. Of texts that are shown, only credentials in
   * URLs and what stands under a key such as `password` are masked.
   */
  readonly texts?: boolean;
}

interface Own {
  readonly indicator: TerminusSource;
  run?(indicator: object, context: HealthCheckContext): unknown;
  readonly method?: string;
  readonly args?: readonly unknown[];
  readonly texts?: boolean;
}

const list: Rule = { expected: 'a list of arguments', accepts: Array.isArray };
const unusedWithRun: Rule = { expected: 'nothing, because "run" is given', accepts: () => false };

/** Runs an indicator of `@nestjs/terminus` as it is, for an application that moves from there. */
export function TerminusIndicator<Source extends TerminusSource>(
  name: string,
  options: TerminusIndicatorOptions<Source>,
): Type<HealthIndicator> {
  const given: Partial<Own> = options ?? {};
  const hasRun = given.run !== undefined;
  const configured = configureIndicator<Own>(
    'TerminusIndicator',
    name,
    options,
    {
      indicator: clientSource,
      run: callable,
      method: hasRun ? unusedWithRun : nonBlank,
      args: hasRun ? unusedWithRun : list,
      texts: flag,
    },
    given.run === undefined && given.method === undefined ? ['indicator', 'run'] : ['indicator'],
  );
  const { own, place } = configured;
  const readOptions = { texts: own.texts ?? false };

  class ConfiguredTerminusIndicator extends ClientIndicator<object> {
    protected async request(): Promise<ClientRequest<object>> {
      return {
        place,
        sources: [await this.#ownInstance()],
        accepts: (candidate): candidate is object => isIndicator(candidate, own.method),
        expected: own.method === undefined ? 'an indicator' : `an indicator that has the method ${own.method}()`,
        remedy: `provide the indicator in a module, or import TerminusModule, and name its class: TerminusIndicator(${JSON.stringify(name)}, { indicator: TypeOrmHealthIndicator, … })`,
      };
    }

    async check(context: HealthCheckContext): Promise<HealthResult> {
      const indicator = await this.client();
      let returned: unknown;
      try {
        // Some of what terminus returns is no promise, but begins its work when it is awaited.
        returned = await (own.run ? own.run(indicator, context) : call(indicator, own));
      } catch (error) {
        throw readThrown(error, readOptions);
      }
      return readReturned(returned, readOptions);
    }

    /** Most indicators of terminus are transient, so that each who injects one has its own. */
    async #ownInstance(): Promise<TerminusSource> {
      const { indicator: source } = own;
      try {
        const token = source as Type;
        if (this.moduleRef.introspect(token).scope !== Scope.TRANSIENT) return source;
        return await this.moduleRef.resolve<object>(token, undefined, { strict: false });
      } catch {
        // It is not provided under a token, but may be the indicator itself.
        return source;
      }
    }
  }
  configured.annotate(ConfiguredTerminusIndicator);
  return ConfiguredTerminusIndicator;
}

function isIndicator(candidate: unknown, method: string | undefined): boolean {
  if (typeof candidate !== 'object' || candidate === null) return false;
  return method === undefined || typeof Reflect.get(candidate, method) === 'function';
}

function call(indicator: object, { method = '', args = [] }: Own): unknown {
  return (Reflect.get(indicator, method) as (...given: unknown[]) => unknown).apply(indicator, [...args]);
}
