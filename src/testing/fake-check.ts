import type { HealthCheckContext } from '../core/check.js';
import { LONGEST_TIMER, pause } from '../core/pause.js';
import type { HealthResult } from '../core/result.js';

interface Behaviour {
  /** Milliseconds until it answers. */
  readonly delay: number;
  readonly answer: () => HealthResult;
  /** Aborted when another one has taken its place. */
  readonly replaced: AbortController;
}

/** A check that does what it was told last. A run under way is told, too: it ends as one does that begins now. */
export class FakeCheck {
  #behaviour: Behaviour;

  constructor(answer: () => HealthResult) {
    this.#behaviour = { delay: 0, answer, replaced: new AbortController() };
  }

  set(answer: () => HealthResult, delay = 0): void {
    const { replaced } = this.#behaviour;
    this.#behaviour = { delay, answer, replaced: new AbortController() };
    replaced.abort();
  }

  /** Its runs end when their time is over, by the signal that a check is given for that. */
  hang(): void {
    this.set(() => {
      throw new Error('a hang has no end');
    }, LONGEST_TIMER);
  }

  async run({ signal }: HealthCheckContext): Promise<HealthResult> {
    for (;;) {
      const behaviour = this.#behaviour;
      // Without a timer where there is nothing to wait for, so that the clock may stand still.
      if (behaviour.delay === 0) await Promise.resolve();
      else await pause(behaviour.delay, AbortSignal.any([signal, behaviour.replaced.signal]));
      signal.throwIfAborted();
      if (behaviour === this.#behaviour) return behaviour.answer();
    }
  }
}
