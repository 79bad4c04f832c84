import type { HealthCheckContext } from '../core/check.js';
import { LONGEST_TIMER, sleep } from '../core/async.js';
import type { HealthResult } from '../core/result.js';

interface Behaviour {
  /** Milliseconds until the check returns. */
  readonly delay: number;
  readonly result: () => HealthResult;
  /** Aborted when another behaviour replaces this one. */
  readonly replaced: AbortController;
}

/** A check whose behaviour a test sets. A new behaviour also applies to a run in progress. */
export class FakeCheck {
  #behaviour: Behaviour;

  constructor(result: () => HealthResult) {
    this.#behaviour = { delay: 0, result, replaced: new AbortController() };
  }

  set(result: () => HealthResult, delay = 0): void {
    const { replaced } = this.#behaviour;
    this.#behaviour = { delay, result, replaced: new AbortController() };
    replaced.abort();
  }

  /** The check does not return. Each run ends when the timeout aborts its `signal`. */
  hang(): void {
    this.set(() => {
      throw new Error('a hanging check never returns');
    }, LONGEST_TIMER);
  }

  async run({ signal }: HealthCheckContext): Promise<HealthResult> {
    for (;;) {
      const behaviour = this.#behaviour;
      // No timer for a delay of 0, so that tests may use fake timers.
      if (behaviour.delay === 0) await Promise.resolve();
      else await sleep(behaviour.delay, AbortSignal.any([signal, behaviour.replaced.signal]));
      signal.throwIfAborted();
      if (behaviour === this.#behaviour) return behaviour.result();
    }
  }
}
