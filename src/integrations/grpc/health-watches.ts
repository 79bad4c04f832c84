import type { HealthMonitor } from '../../extension/health-monitor.js';
import type { KnownServingStatus } from './health-messages.js';

/** The number of the status UNAVAILABLE (grpc.io, "Status codes"). A client tries again, at this server or another. */
const UNAVAILABLE = 14;

/** The part of a server-streaming call of `@grpc/grpc-js` that is used. */
export interface WatchCall {
  readonly request: { readonly service: string };
  readonly writableNeedDrain: boolean;
  write(status: KnownServingStatus): unknown;
  on(event: 'cancelled' | 'drain', listener: () => void): unknown;
  emit(event: 'error', error: { readonly code: number; readonly details: string }): unknown;
}

/** Reads the status of a service, by the name that the client uses. */
export interface ServingStatuses {
  /** Evaluates the probe first. Never rejects. */
  evaluate(service: string): Promise<KnownServingStatus>;
  /** Evaluates nothing. */
  peek(service: string): KnownServingStatus;
}

interface Watch {
  readonly call: WatchCall;
  /** Undefined until the first status is sent. */
  sent: KnownServingStatus | undefined;
}

/** The open `Watch` calls of one server. Each call receives a status when it differs from the one before. */
export class HealthWatches {
  readonly #statuses: ServingStatuses;
  readonly #monitor: HealthMonitor;
  readonly #every: number;
  readonly #watches = new Set<Watch>();
  #stopObserving: (() => void) | undefined;
  #isScheduled = false;
  #isEnded = false;

  /** `every`: milliseconds between two evaluations of the watched probes. */
  constructor(statuses: ServingStatuses, monitor: HealthMonitor, every: number) {
    this.#statuses = statuses;
    this.#monitor = monitor;
    this.#every = every;
    monitor.onState(({ drainStep }) => {
      // `ready` fails at the beginning of the drain, so the clients receive this before the drain waits.
      this.#sendChanges();
      if (drainStep === 'done') this.end();
    });
  }

  add(call: WatchCall): void {
    if (this.#isEnded) {
      finish(call);
      return;
    }
    const watch: Watch = { call, sent: undefined };
    this.#watches.add(watch);
    call.on('cancelled', () => this.#remove(watch));
    call.on('drain', () => this.#sendChanges());
    this.#stopObserving ??= this.#observe();
    void this.#statuses.evaluate(call.request.service).then(() => {
      if (this.#watches.has(watch)) send(watch, this.#statuses.peek(call.request.service));
    });
  }

  /** Ends all calls. A later call is ended at once. */
  end(): void {
    this.#isEnded = true;
    const watches = [...this.#watches];
    this.#watches.clear();
    this.#stopIfUnused();
    for (const { call } of watches) finish(call);
  }

  #remove(watch: Watch): void {
    this.#watches.delete(watch);
    this.#stopIfUnused();
  }

  #stopIfUnused(): void {
    if (this.#watches.size > 0) return;
    this.#stopObserving?.();
    this.#stopObserving = undefined;
  }

  /** Without a watch no timer runs and no probe is evaluated. */
  #observe(): () => void {
    const unsubscribe = this.#monitor.onRun(() => this.#scheduleChanges());
    const timer = setInterval(() => void this.#evaluate(), this.#every);
    timer.unref();
    return () => {
      unsubscribe();
      clearInterval(timer);
    };
  }

  async #evaluate(): Promise<void> {
    const services = new Set([...this.#watches].map(({ call }) => call.request.service));
    await Promise.all([...services].map((service) => this.#statuses.evaluate(service)));
    this.#sendChanges();
  }

  /** Many checks may end in one turn of the event loop: they cause one comparison. */
  #scheduleChanges(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#sendChanges();
    }).unref();
  }

  #sendChanges(): void {
    const statuses = new Map<string, KnownServingStatus>();
    for (const watch of this.#watches) {
      // The first evaluation has not ended. Its status is sent when it ends.
      if (watch.sent === undefined) continue;
      const service = watch.call.request.service;
      const status = statuses.get(service) ?? this.#statuses.peek(service);
      statuses.set(service, status);
      send(watch, status);
    }
  }
}

/** A client that does not read gets only the latest status when it reads again, so that memory stays bounded. */
function send(watch: Watch, status: KnownServingStatus): void {
  if (watch.sent === status || watch.call.writableNeedDrain) return;
  watch.sent = status;
  watch.call.write(status);
}

function finish(call: WatchCall): void {
  call.emit('error', { code: UNAVAILABLE, details: 'the application has shut down' });
}
