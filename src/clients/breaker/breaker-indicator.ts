import { Logger, type OnModuleDestroy } from '@nestjs/common';
import { elapsed } from '../../core/moment.js';
import { type HealthData, type HealthResult, degraded, down, up } from '../../core/result.js';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
import { groupMemberUnknown } from '../../errors/messages.js';
import { nonBlank, oneOf } from '../../options/rules.js';
import { ClientIndicator } from '../client-indicator.js';
import type { OwnRules } from '../../discovery/configured-indicator.js';
import { EarlyClosing } from './early-closing.js';
import { INDICATOR_RESULTS, type IndicatorResult, type IndicatorResults } from './indicator-results.js';
import { type ClientSource, clientSource } from '../injected-client.js';

/** `isolated`: held open by the application. `disabled`: every call passes. `shut_down`: no call passes any more. */
export type BreakerState = 'closed' | 'half_open' | 'open' | 'isolated' | 'disabled' | 'shut_down';

/** A circuit breaker of any package. */
export interface Breaker {
  readonly state: BreakerState;
  /** The breaker's own count of failures. Undefined: it has none. */
  readonly failures: number | undefined;
  /** The time at which an open breaker lets the next call pass, in milliseconds since 1970. Undefined: it is not known. */
  nextAttempt(openSince: number | undefined): number | undefined;
  /** Calls the listener after each change of the state. Returns the function that removes the listener. */
  watch(listener: () => void): () => void;
  /** Closes an open breaker, so that the next calls pass. */
  close(): void;
}

/** The options of the indicators of all breakers. */
export interface BreakerOptions<Client> {
  /** The application's circuit breaker: its injection token, or the breaker itself. Required. */
  readonly breaker: ClientSource<Client>;
  /**
   * The status while the breaker is open. Default: `degraded`, because the application continues to work without the
   * dependency behind the breaker. With `down`, the instance is out of rotation until the breaker lets a call pass.
   */
  readonly whenOpen?: 'degraded' | 'down';
  /**
   * The name of the indicator that checks the dependency behind the breaker. If a check of it passes while the breaker
   * is open, the breaker is closed early. Default: unset, the breaker is never closed by the indicator.
   */
  readonly dependency?: string;
}

export const breakerRules: OwnRules<BreakerOptions<unknown>> = {
  breaker: clientSource,
  whenOpen: oneOf(['degraded', 'down']),
  dependency: nonBlank,
};

/** Base class of the indicators of all breakers. */
export abstract class BreakerIndicator<Client> extends ClientIndicator<Client> implements OnModuleDestroy {
  #breaker: Breaker | undefined;
  /** Milliseconds since 1970. Undefined: the breaker has not changed since the application started. */
  #since: number | undefined;
  readonly #earlyClosing = new EarlyClosing();
  readonly #removals: (() => void)[] = [];

  protected abstract readonly settings: BreakerSettings;

  /** The breaker of a package as a `Breaker`. */
  protected abstract adapt(client: Client): Breaker;

  async check(): Promise<HealthResult> {
    const breaker = this.#breaker ?? this.adapt(await this.client());
    return describe(breaker, this.#since, this.settings.whenOpen ?? 'degraded');
  }

  onModuleDestroy(): void {
    for (const remove of this.#removals.splice(0)) remove();
  }

  protected override onClientFound(client: Client): void {
    const breaker = this.adapt(client);
    this.#breaker = breaker;
    this.#watchDependency(breaker);
    this.#removals.push(breaker.watch(() => this.#onStateChange(breaker)));
    if (breaker.state === 'open') this.#earlyClosing.opened(elapsed());
  }

  #watchDependency(breaker: Breaker): void {
    const { name, place, dependency } = this.settings;
    if (dependency === undefined) return;
    const results = this.moduleRef.get<IndicatorResults>(INDICATOR_RESULTS, { strict: false });
    const others = results.names().filter((other) => other !== name);
    if (!others.includes(dependency)) {
      throw new HealthConfigurationError([groupMemberUnknown(`${place}, dependency`, dependency, others)]);
    }
    this.#removals.push(results.onResult(dependency, (result) => this.#onDependencyResult(breaker, result)));
  }

  #onStateChange({ state }: Breaker): void {
    this.#since = Date.now();
    if (state === 'open') this.#earlyClosing.opened(elapsed());
    else this.#earlyClosing.noLongerOpen();
  }

  #onDependencyResult(breaker: Breaker, result: IndicatorResult): void {
    if (breaker.state !== 'open' || !this.#earlyClosing.shouldClose(result, elapsed())) return;
    const { name, dependency } = this.settings;
    new Logger('Health').log(`${name}: closing the circuit breaker, because ${dependency} is UP`);
    breaker.close();
  }
}

/** The settings of an indicator of a breaker. */
export interface BreakerSettings extends Pick<BreakerOptions<unknown>, 'whenOpen' | 'dependency'> {
  readonly name: string;
  /** The name of the indicator in messages. */
  readonly place: string;
}

function describe(breaker: Breaker, since: number | undefined, whenOpen: 'degraded' | 'down'): HealthResult {
  const { state, failures } = breaker;
  const nextAttempt = state === 'open' ? breaker.nextAttempt(since) : undefined;
  const data: HealthData = {
    state,
    ...(failures !== undefined && { failures }),
    ...(since !== undefined && { since: iso(since) }),
    ...(nextAttempt !== undefined && { next_try_at: iso(nextAttempt) }),
  };
  const problem = PROBLEMS[state];
  if (problem === undefined) return up(data);
  const isDown = state === 'shut_down' || (state !== 'half_open' && whenOpen === 'down');
  return isDown ? down(problem, data) : degraded(problem, data);
}

/** The message of each state in which not every call passes. */
const PROBLEMS: Readonly<Record<BreakerState, string | undefined>> = {
  closed: undefined,
  disabled: undefined,
  half_open: 'the circuit breaker is half-open: the next call closes or opens it',
  open: 'the circuit breaker is open',
  isolated: 'the circuit breaker is held open by the application',
  shut_down: 'the circuit breaker was shut down',
};

const iso = (milliseconds: number): string => new Date(milliseconds).toISOString();
