import { type Abstract, type InjectionToken, Scope, type Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { hasMethods } from '../../core/has-methods.js';
import { type OwnOf, configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, clientSource } from '../../clients/injected-client.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type Rule, callable, flag, nonBlank } from '../../options/rules.js';
import { readReturned, readThrown } from './terminus-result.js';

/** The source of a terminus indicator: its class, another injection token, or the indicator itself. */
export type TerminusSource = InjectionToken | object;

/** The type of the indicator behind a source. It is unknown for a token that is not a class. */
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
   * Calls the indicator and returns its result, like the function that terminus' `HealthCheckService` gets. Either this
   * or `method` is required. Pass on the `signal` of the context where possible, so that a timeout ends the work.
   */
  run?(indicator: Instance<Source>, context: HealthCheckContext): unknown;
  /** The name of the method to call with `args`, instead of `run`. Default: none, `run` is called. */
  readonly method?: string;
  /** The arguments of `method`. In terminus, the first one is the key of the result. Default: none. */
  readonly args?: readonly unknown[];
  /**
   * Whether strings of the result are shown too, such as the indicator's message. Default: false, because they are often
   * error messages, which may hold a connection string. In shown strings, only credentials in URLs and the values of keys
   * such as `password` are masked.
   */
  readonly texts?: boolean;
}

/** The options without the type of the indicator. */
interface Own extends HealthIndicatorOptions {
  readonly indicator: TerminusSource;
  run?(indicator: object, context: HealthCheckContext): unknown;
  readonly method?: string;
  readonly args?: readonly unknown[];
  readonly texts?: boolean;
}

const list: Rule = { expected: 'a list of arguments', accepts: Array.isArray };
const unusedWithRun: Rule = { expected: 'nothing, because "run" is given', accepts: () => false };

/** Runs an existing indicator of `@nestjs/terminus`, for an application that migrates from terminus. */
export function TerminusIndicator<Source extends TerminusSource>(
  name: string,
  options: TerminusIndicatorOptions<Source>,
): Type<HealthIndicator> {
  const given: Partial<Own> = options ?? {};
  const hasRun = given.run !== undefined;
  const rules = {
    indicator: clientSource,
    run: callable,
    method: hasRun ? unusedWithRun : nonBlank,
    args: hasRun ? unusedWithRun : list,
    texts: flag,
  };
  const required = hasRun || given.method !== undefined ? (['indicator'] as const) : (['indicator', 'run'] as const);
  const { own, place, annotate } = configureIndicator<Own>('TerminusIndicator', name, options, rules, required);
  const readOptions = { texts: own.texts ?? false };

  return annotate(
    class extends ClientIndicator<object> {
      protected async request(): Promise<ClientRequest<object>> {
        return {
          place,
          sources: [await this.#resolved(own.indicator)],
          accepts: (candidate): candidate is object => isIndicator(candidate, own.method),
          expected: own.method === undefined ? 'an indicator' : `an indicator that has the method ${own.method}()`,
          remedy: `provide the indicator in a module, or import TerminusModule, and pass its class: ${place.slice(0, -1)}, { indicator: TypeOrmHealthIndicator, … })`,
        };
      }

      async check(context: HealthCheckContext): Promise<HealthResult> {
        const indicator = await this.client();
        let returned: unknown;
        try {
          // Some results of terminus are thenables that begin their work when they are awaited.
          returned = await (own.run ? own.run(indicator, context) : call(indicator, own));
        } catch (error) {
          throw readThrown(error, readOptions);
        }
        return readReturned(returned, readOptions);
      }

      /** Most indicators of terminus are transient, so this resolves an instance of its own. */
      async #resolved(source: TerminusSource): Promise<TerminusSource> {
        try {
          const token = source as Type;
          if (this.moduleRef.introspect(token).scope !== Scope.TRANSIENT) return source;
          return await this.moduleRef.resolve<object>(token, undefined, { strict: false });
        } catch {
          // The source is not the token of a provider. It may be the indicator itself.
          return source;
        }
      }
    },
  );
}

function isIndicator(candidate: unknown, method: string | undefined): boolean {
  return hasMethods(candidate, ...(method === undefined ? [] : [method]));
}

function call(indicator: object, { method = '', args = [] }: OwnOf<Own>): unknown {
  return (Reflect.get(indicator, method) as (...given: unknown[]) => unknown).apply(indicator, [...args]);
}
