import type { LoggerService } from '@nestjs/common';
import { shutdownElapsed, shutdownSleep } from '../core/shutdown-clock.js';
import { formatRaw } from '../core/raw-error.js';
import { isDrainSimulated } from '../core/drain-simulation.js';
import type { ShutdownSettings } from '../options/health-settings.js';
import type { AnnouncedWork } from './announced-work.js';
import type { ApplicationState } from './application-state.js';
import { waitForBalancers } from './probers/balancer-wait.js';
import { logBalancerWait } from './probers/log-balancer-wait.js';
import type { ProberWatch } from './probers/prober-watch.js';
import type { ShutdownSignals } from './shutdown-signals.js';
import { settlesWithin } from './time-limit.js';

/** Milliseconds within which a request arrives that was sent before the server stopped listening. */
const TIME_TO_ARRIVE = 20;
/** Milliseconds within which the first request of a new connection arrives, on a busy machine. */
const TIME_TO_SEND = 250;
/** Milliseconds for accepting connections that have arrived, also when the time for work is over. */
const SHORTEST_ACCEPT = 500;
/** Milliseconds for reading requests that have arrived on open connections. */
const READ_LIMIT = 500;

/** A method that the drain calls when it begins. */
export interface DrainHook {
  /** `OrdersConsumer.stopPulling`, for the log. */
  readonly name: string;
  /** Milliseconds after which the drain continues without it. Undefined: the `timeout` of `shutdown`. */
  readonly timeout: number | undefined;
  readonly call: () => unknown;
}

/** The connections of the application's servers, as far as the drain uses them. */
export interface DrainedConnections {
  /** The requests in flight, with label and age. */
  readonly open: readonly string[];
  readonly hasOpenSockets: boolean;
  /** Counts requests from now on. Each response closes its connection, so that clients connect to another instance. */
  beginDraining(): void;
  /** Resolves when the requests that are in flight now have finished. */
  whenCurrentDone(): Promise<void>;
  /** Accepts the connections that have arrived, for `limit` milliseconds at most, then none. Open connections stay open. */
  stopListening(limit: number, signal: AbortSignal): Promise<void>;
  /** Resolves when the requests that have arrived are read, after `limit` milliseconds at most. */
  whenArrivalsRead(limit: number, signal: AbortSignal): Promise<void>;
  /** Whether a client that connected within the last `within` milliseconds has sent nothing yet. */
  hasNewConnections(within: number): boolean;
  /** Closes the connections without a request in flight. Returns the numbers of used ones, and of those that sent nothing. */
  closeIdle(): { readonly idle: number; readonly silent: number };
  /** Closes the connections with requests in flight. */
  destroyBusy(): void;
}

export interface DrainParts {
  readonly settings: ShutdownSettings;
  readonly state: ApplicationState;
  readonly watch: ProberWatch;
  readonly connections: DrainedConnections;
  readonly work: AnnouncedWork;
  /** Undefined: no signal ends a wait. */
  readonly signals?: ShutdownSignals;
  readonly logger: Pick<LoggerService, 'log' | 'warn' | 'error'>;
  readonly hooks: () => Iterable<DrainHook>;
}

/**
 * Takes the application out of service without losing a request: refuses traffic, waits until balancers have received
 * enough refusals, waits for work in flight, closes the remaining connections. No part of the application is destroyed
 * before that.
 */
export class Drain {
  readonly #parts: DrainParts;
  #run: Promise<void> | undefined;
  #areHooksDone = false;
  /** Aborted by the second signal. */
  readonly #stop = new AbortController();

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  /** Starts the drain. Further calls return the same promise, which never rejects. */
  run(): Promise<void> {
    return (this.#run ??= this.#drain());
  }

  async #drain(): Promise<void> {
    const { settings, state, connections, work, logger, signals } = this.#parts;
    const stop = this.#stop.signal;
    signals?.onSecond((signal) => this.#stopWaiting(signal));
    state.drain();
    connections.beginDraining();
    const hooksDone = this.#callHooks();

    await this.#waitForBalancers();

    state.enter('work');
    const began = shutdownElapsed();
    const current = [...connections.open, ...work.open];
    if (current.length > 0) this.#announce(`work in flight for at most ${settings.timeout} ms: ${current.join(', ')}`);
    const hadWork = !this.#areHooksDone || current.length > 0;
    const left = (): number => Math.max(0, settings.timeout - (shutdownElapsed() - began));
    const finished = await settlesWithin(this.#whenDone(hooksDone), settings.timeout, stop);
    state.enter('connections');
    // The other half of the time is for the requests of these connections.
    await connections.stopListening(Math.max(SHORTEST_ACCEPT, left() / 2), stop);
    if (finished && connections.hasOpenSockets) await shutdownSleep(Math.min(TIME_TO_ARRIVE, left()));
    const timeLimit = finished ? Math.min(TIME_TO_SEND, left()) : 0;
    for (let waited = 0; waited < timeLimit && connections.hasNewConnections(timeLimit); waited += TIME_TO_ARRIVE) {
      await shutdownSleep(TIME_TO_ARRIVE);
    }
    const isAllDone = finished && (await settlesWithin(this.#whenAllDone(), left(), stop));
    const { idle, silent } = connections.closeIdle();
    const open = [...connections.open, ...work.open];
    // With little time left, a busy event loop may take longer to read arrivals. That alone is no unfinished work.
    if (!finished || (!isAllDone && open.length > 0)) {
      const time = stop.aborted ? Math.round(shutdownElapsed() - began) : settings.timeout;
      logger.warn(`Work in flight did not finish within ${time} ms: ${open.join(', ') || 'a hook'}`);
      connections.destroyBusy();
    } else if (hadWork && shutdownElapsed() - began >= 1) {
      logger.log(`Work in flight finished after ${Math.round(shutdownElapsed() - began)} ms`);
    }
    if (idle + silent > 0) logger.log(`Closed ${idle} idle and ${silent} silent connections`);
    signals?.stop();
    state.enter('done');
  }

  async #waitForBalancers(): Promise<void> {
    const { settings, watch, state, logger } = this.#parts;
    // In development there is no balancer, and a balancer sends no traffic to an application that was never ready.
    const isNeeded = state.isBootstrapped && (!settings.isDevelopment || isDrainSimulated());
    const { signal: stop } = this.#stop;
    let isAnnounced = false;
    const pause = async (milliseconds: number): Promise<void> => {
      if (milliseconds > 0 && !isAnnounced) {
        isAnnounced = true;
        const longest = settings.delay === 'auto' ? `at most ${settings.maxDelay}` : settings.delay;
        this.#announce(`balancers for ${longest} ms, then for work in flight for at most ${settings.timeout} ms`);
      }
      await shutdownSleep(milliseconds, stop);
      stop.throwIfAborted();
    };
    try {
      const applied = isNeeded ? settings : { ...settings, delay: 0, isLeftToPrimary: false };
      logBalancerWait(await waitForBalancers(applied, watch, pause), applied, logger);
    } catch (error) {
      if (!stop.aborted) throw error;
    }
  }

  #announce(awaited: string): void {
    this.#parts.logger.log(`Shutting down: waiting for ${awaited}. A second signal ends the wait.`);
  }

  #stopWaiting(signal: NodeJS.Signals): void {
    this.#parts.logger.warn(`${signal} arrived again: the wait for balancers and for work in flight ends now`);
    this.#stop.abort();
  }

  /** A request or a hook may announce further work when it ends: the loop includes it. */
  async #whenDone(hooksDone: Promise<void>): Promise<void> {
    const { connections, work } = this.#parts;
    do {
      await Promise.all([hooksDone, work.whenDone(), connections.whenCurrentDone()]);
    } while (work.open.length > 0);
  }

  /** For the time after `stopListening()`: resolves when no request and no work is left. */
  async #whenAllDone(): Promise<void> {
    const { connections, work } = this.#parts;
    do {
      await Promise.all([work.whenDone(), connections.whenCurrentDone()]);
      // A request may have arrived while the event loop was blocked. Closing its connection would lose it.
      await connections.whenArrivalsRead(READ_LIMIT, this.#stop.signal);
    } while (connections.open.length > 0 || work.open.length > 0);
  }

  async #callHooks(): Promise<void> {
    const { hooks, logger } = this.#parts;
    try {
      await Promise.all([...hooks()].map((hook) => this.#call(hook)));
    } catch (error) {
      logger.error(`The search for @OnDrain() methods failed:\n${formatRaw(error)}`);
    }
    this.#areHooksDone = true;
  }

  async #call({ name, timeout, call }: DrainHook): Promise<void> {
    const { settings, logger } = this.#parts;
    const limit = timeout ?? settings.timeout;
    try {
      const isDone = await settlesWithin(Promise.resolve(call()), limit);
      if (!isDone) logger.warn(`${name} did not finish within ${limit} ms`);
    } catch (error) {
      logger.error(`${name} failed while the drain began:\n${formatRaw(error)}`);
    }
  }
}
