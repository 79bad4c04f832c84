import { elapsed } from '../../core/moment.js';
import { beginDrainSimulation } from '../../core/drain-simulation.js';
import { type Rule, milliseconds, nonBlank, whole } from '../../options/rules.js';
import { checkOptions } from '../check-options.js';
import { requestStatus } from './request-status.js';
import { SimulatedBalancer } from './simulated-balancer.js';
import { SteadyLoad } from './steady-load.js';

export interface DrainOptions {
  /**
   * The request of the load: a path, or a function that takes the address (`http://127.0.0.1:<port>`) and rejects if its
   * request is lost. For a path, a response with a status code from 400 counts as lost. Required.
   */
  readonly request: string | ((url: string) => Promise<unknown>);
  /** Requests per second. Default: 100. */
  readonly rate?: number;
  /** The path that the balancer probes. Default: `/health/ready`. */
  readonly ready?: string;
  /** Milliseconds between two probes of the balancer, at least 50: a shorter rhythm is not recognised. Default: 100. */
  readonly interval?: number;
  /** The number of consecutive refusals after which the balancer sends no more requests. Default: 3. */
  readonly fall?: number;
  /** Milliseconds that one request may take. The whole simulation may take three times as long. Default: 20,000. */
  readonly timeout?: number;
}

/** A request without a response, or with an error response. */
export interface LostRequest {
  /** Milliseconds from the beginning of the shutdown to the sending of the request. Negative: before the shutdown. */
  readonly when: number;
  /** `ECONNREFUSED`, `ECONNRESET`, `HTTP status 503`, … */
  readonly error: string;
}

/** The result of one simulated shutdown. */
export interface DrainReport {
  readonly sent: number;
  readonly responded: number;
  /** In the order of sending. */
  readonly lost: readonly LostRequest[];
  /** Milliseconds from the beginning of the shutdown until the balancer sent no more requests. */
  readonly noticedAfter: number;
  /** Milliseconds that `close()` took. */
  readonly drainTook: number;
  /**
   * The longest time, in milliseconds, for which the event loop of this process was blocked. Application, balancer and load
   * share it. After more than a second the application assumes that the balancer has stopped, and requests may be lost.
   */
  readonly longestStall: number;
}

/** An application that listens, as `startReady()` returns it. */
interface Draining {
  readonly url: string;
  close(): Promise<void>;
}

const path: Rule = {
  expected: 'a path that begins with "/"',
  accepts: (value) => nonBlank.accepts(value) && String(value).startsWith('/'),
};
const RULES = {
  request: {
    expected: `${path.expected}, or a function`,
    accepts: (value: unknown) => typeof value === 'function' || path.accepts(value),
  },
  rate: whole(1, 10_000),
  ready: path,
  interval: {
    ...milliseconds(50),
    expected: 'a whole number of milliseconds from 50 to 30000',
    accepts: whole(50, 30_000).accepts,
  },
  fall: whole(1, 100),
  timeout: milliseconds(1),
};
/** The number of responses before the shutdown begins, so that keep-alive connections exist. */
const WARM_UP = 20;

/**
 * Shuts an application down under load, in process and over real sockets. A simulated balancer probes `ready` and sends
 * requests until `fall` consecutive probes are refused, as HAProxy does. `lost` must be empty.
 */
export async function simulateDrain(application: Draining, options: DrainOptions): Promise<DrainReport> {
  checkOptions('simulateDrain', options, RULES, ['request']);
  const { request, rate = 100, ready = '/health/ready', interval = 100, fall = 3, timeout = 20_000 } = options;
  const { url } = application;
  await refuseErrorStatus(url, ready, timeout);
  if (typeof request === 'string') await refuseErrorStatus(url, request, timeout);

  const balancer = new SimulatedBalancer({ url: url + ready, interval, fall, timeout });
  const load = new SteadyLoad({
    request: typeof request === 'string' ? url + request : () => request(url),
    rate,
    timeout,
  });
  const limit = rejection(3 * timeout);
  const endSimulation = beginDrainSimulation();
  try {
    await Promise.race([Promise.all([balancer.isRecognised, load.reaches(WARM_UP)]), limit.promise]);
    const began = elapsed();
    const since = (): number => Math.round(elapsed() - began);
    const closed = application.close().then(since);
    const noticed = balancer.isOutOfRotation.then(async () => {
      const after = since();
      await load.stop();
      return after;
    });
    const [drainTook, noticedAfter] = await Promise.race([Promise.all([closed, noticed]), limit.promise]);
    return {
      sent: load.sent,
      responded: load.responded,
      lost: load.failed
        .toSorted((one, other) => one.sent - other.sent)
        .map(({ sent, error }) => ({ when: Math.round(sent - began), error })),
      noticedAfter,
      drainTook,
      longestStall: Math.round(load.longestStall),
    };
  } finally {
    endSimulation();
    limit.cancel();
    balancer.stop();
    await load.stop();
  }
}

/** With a wrong path every request of the load would count as lost. */
async function refuseErrorStatus(url: string, requested: string, timeout: number): Promise<void> {
  const status = await requestStatus(url + requested, false, timeout, 'nest-vitals');
  if (status >= 400)
    throw new Error(
      `GET ${requested} has the status code ${status} before the shutdown begins. Use a path with a status code below 400.`,
    );
}

function rejection(after: number): { readonly promise: Promise<never>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new Error(
            `The simulated shutdown did not end within ${after} ms. Raise timeout, or find the request or hook that hangs.`,
          ),
        ),
      after,
    );
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
