import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { elapsed } from '../../core/moment.js';
import { type HealthData, type HealthResult, degraded, down, up } from '../../core/result.js';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
import { groupMemberUnknown } from '../../errors/messages.js';
import { nonBlank, oneOf } from '../../options/rules.js';
import { ClientIndicator } from '../client-indicator.js';
import type { OwnRules } from '../../discovery/configured-indicator.js';
import { EarlyAttempts } from './early-attempts.js';
import { INDICATOR_RESULTS, type IndicatorResult, type IndicatorResults } from './indicator-results.js';
import { type ClientSource, clientSource } from '../injected-client.js';

/** `isolated`: held open by the application. `disabled`: everything passes. `shut_down`: nothing passes any more. */
export type BreakerState = 'closed' | 'half_open' | 'open' | 'isolated' | 'disabled' | 'shut_down';

/** A circuit breaker, whichever package it is from. */
export interface Breaker {
  readonly state: BreakerState;
  /** As the breaker itself counts them at present. Undefined: it does not say. */
  readonly failures: number | undefined;
  /** When an open breaker tries again, in milliseconds since 1970; it is handed when it has opened. Undefined: it does not say. */
  nextTry(openSince: number | undefined): number | undefined;
  /** Calls the listener after each change of the state. Returns the function that takes it off again. */
  watch(listener: () => void): () => void;
  /** Lets an open breaker's next calls through. */
  close(): void;
}

/** What the indicators of all breakers take. */
export interface BreakerOptions<Client> {
  /** The application's circuit breaker: the injection token that it is provided under, or itself. Required. */
  readonly breaker: ClientSource<Client>;
  /**
   * What an open breaker counts for. Default: `degraded`, since the application goes on without what is behind the
   * breaker. With `down`, the instance is taken out of rotation until the breaker lets a call through.
   */
  readonly whenOpen?: 'degraded' | 'down';
  /**
   * The name of the indicator of what is behind the breaker. When a check of it passes while the breaker is open, the
   * breaker is closed before its time. Default: unset, the breaker is left to itself.
   */
  readonly dependency?: string;
}

export const breakerRules: OwnRules<BreakerOptions<unknown>> = {
  breaker: clientSource,
  whenOpen: oneOf(['degraded', 'down']),
  dependency: nonBlank,
};

/** What the indicators of all breakers are made of. */
export abstract class BreakerIndicator<Client> extends ClientIndicator<Client> implements OnModuleDestroy {
  #breaker: Breaker | undefined;
  /** Milliseconds since 1970. Undefined: the breaker has not changed since this was first asked. */
  #since: number | undefined;
  readonly #tries = new EarlyAttempts();
  readonly #takeBack: (() => void)[] = [];

  protected abstract readonly settings: BreakerSettings;

  /** The breaker of the package in the words of all. */
  protected abstract adapt(client: Client): Breaker;

  async check(): Promise<HealthResult> {
    const breaker = this.#breaker ?? this.adapt(await this.client());
    return describe(breaker, this.#since, this.settings.whenOpen ?? 'degraded');
  }

  onModuleDestroy(): void {
    for (const takeBack of this.#takeBack.splice(0)) takeBack();
  }

  protected override found(client: Client): void {
    const breaker = this.adapt(client);
    this.#breaker = breaker;
    this.#follow(breaker);
    this.#takeBack.push(breaker.watch(() => this.#changed(breaker)));
    if (breaker.state === 'open') this.#tries.opened(elapsed());
  }

  #follow(breaker: Breaker): void {
    const { name, place, dependency } = this.settings;
    if (dependency === undefined) return;
    const results = this.moduleRef.get<IndicatorResults>(INDICATOR_RESULTS, { strict: false });
    const others = results.names().filter((other) => other !== name);
    if (!others.includes(dependency)) {
      throw new HealthConfigurationError([groupMemberUnknown(`${place}, dependency`, dependency, others)]);
    }
    this.#takeBack.push(results.onResult(dependency, (result) => this.#dependencySeen(breaker, result)));
  }

  #changed({ state }: Breaker): void {
    this.#since = Date.now();
    if (state === 'open') this.#tries.opened(elapsed());
    else this.#tries.noLongerOpen();
  }

  #dependencySeen(breaker: Breaker, result: IndicatorResult): void {
    if (breaker.state !== 'open' || !this.#tries.isDueAfter(result, elapsed())) return;
    const { name, dependency } = this.settings;
    new Logger('Health').log(`${name}: closing the circuit breaker, because ${dependency} is UP`);
    breaker.close();
  }
}

/** What an indicator of a breaker was given. */
export interface BreakerSettings extends Pick<BreakerOptions<unknown>, 'whenOpen' | 'dependency'> {
  readonly name: string;
  /** The indicator, as messages call it. */
  readonly place: string;
}

function describe(breaker: Breaker, since: number | undefined, whenOpen: 'degraded' | 'down'): HealthResult {
  const { state, failures } = breaker;
  const nextTry = state === 'open' ? breaker.nextTry(since) : undefined;
  const data: HealthData = {
    state,
    ...(failures !== undefined && { failures }),
    ...(since !== undefined && { since: iso(since) }),
    ...(nextTry !== undefined && { next_try_at: iso(nextTry) }),
  };
  const problem = PROBLEMS[state];
  if (problem === undefined) return up(data);
  const isDown = state === 'shut_down' || (state !== 'half_open' && whenOpen === 'down');
  return isDown ? down(problem, data) : degraded(problem, data);
}

/** What is wrong where not every call passes. */
const PROBLEMS: Readonly<Record<BreakerState, string | undefined>> = {
  closed: undefined,
  disabled: undefined,
  half_open: 'the circuit breaker is half-open: the next call decides',
  open: 'the circuit breaker is open',
  isolated: 'the circuit breaker is held open by the application',
  shut_down: 'the circuit breaker was shut down',
};

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
