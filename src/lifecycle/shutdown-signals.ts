import { shutdownElapsed, shutdownClock } from '../core/shutdown-clock.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGBREAK'] as const satisfies readonly NodeJS.Signals[];
/**
 * Milliseconds within which further signals count as the first one. A terminal signals every process of its group, and npm
 * and the Nest CLI forward what they receive, so one Ctrl-C reaches the application two or three times.
 */
const SAME_SIGNAL_WITHIN = 500;

/** Milliseconds after the start, within which an application may call `enableShutdownHooks()` or add its own listeners. */
const TIME_TO_LISTEN = 10_000;

/**
 * Counts the signals that end the process, to recognise the second one. A listener is added only where Nest or the
 * application has one, and only until the drain has ended, so the default action of a signal never changes.
 */
export class ShutdownSignals {
  #count = 0;
  #last = -Infinity;
  #timer: NodeJS.Timeout | undefined;
  readonly #listened = new Set<NodeJS.Signals>();
  #onSecond: ((signal: NodeJS.Signals) => void) | undefined;
  #isWatching = false;

  /**
   * Counts the signals that have a listener, also one that is added later: many applications call
   * `enableShutdownHooks()` after `listen()`. Call it when the application has started, and as the drain begins.
   */
  start(): void {
    if (!this.#isWatching) process.on('newListener', this.#onNewListener);
    this.#isWatching = true;
    // 0 means that there is no limit.
    const limit = process.getMaxListeners() || Infinity;
    for (const signal of SIGNALS) {
      const others = process.listenerCount(signal);
      if (others === 0 || others >= limit || this.#listened.has(signal)) continue;
      process.on(signal, this.#onSignal);
      this.#listened.add(signal);
    }
  }

  /** Calls `action` once, on the second signal of the process. */
  onSecond(action: (signal: NodeJS.Signals) => void): void {
    this.start();
    this.#onSecond = action;
  }

  /** Calls `warn` some time after the start if SIGTERM has no listener in the process. */
  warnIfUnhandled(warn: () => void): void {
    const check = (): void => {
      if (process.listenerCount('SIGTERM') === 0) warn();
    };
    this.#timer = shutdownClock.setTimeout(check, TIME_TO_LISTEN);
    this.#timer.unref();
  }

  stop(): void {
    shutdownClock.clearTimeout(this.#timer);
    process.off('newListener', this.#onNewListener);
    this.#isWatching = false;
    for (const signal of this.#listened) process.off(signal, this.#onSignal);
    this.#listened.clear();
    this.#onSecond = undefined;
  }

  /** Node emits the event before it adds the listener. No signal arrives until the next tick. */
  readonly #onNewListener = (event: string | symbol): void => {
    if ((SIGNALS as readonly (string | symbol)[]).includes(event)) {
      process.nextTick(() => this.#isWatching && this.start());
    }
  };

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) === 1) {
      // No other listener is left. Without this one, the default action of the signal ends the process.
      this.stop();
      process.kill(process.pid, signal);
      return;
    }
    const now = shutdownElapsed();
    if (now - this.#last < SAME_SIGNAL_WITHIN) return;
    this.#last = now;
    this.#count += 1;
    if (this.#count < 2) return;
    const action = this.#onSecond;
    this.#onSecond = undefined;
    action?.(signal);
  };
}
