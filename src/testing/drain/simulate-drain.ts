import { elapsed } from '../../core/moment.js';
import { beginRehearsal } from '../../core/rehearsal.js';
import { type Rule, milliseconds, nonBlank, whole } from '../../options/rules.js';
import { checkOptions } from '../check-options.js';
import { exchange } from './exchange.js';
import { SimulatedBalancer } from './simulated-balancer.js';
import { SteadyLoad } from './steady-load.js';

export interface DrainOptions {
  /**
   * What is asked all the time: a path, or a function that is given the address (`http://127.0.0.1:<port>`) and rejects if
   * its request is lost. Of a path an answer of 400 or above counts as lost. Required.
   */
  readonly request: string | ((url: string) => Promise<unknown>);
  /** Requests per second. Default: 100. */
  readonly rate?: number;
  /** The path that the balancer asks. Default: `/health/ready`. */
  readonly ready?: string;
  /** Milliseconds between two questions of the balancer, from 50 on: who asks more often is not taken for one. Default: 100. */
  readonly interval?: number;
  /** How many refusals in a row take the application out of the balancer's rotation. Default: 3. */
  readonly fall?: number;
  /** Milliseconds that a request may take, the drain as a whole three times as long. Default: 20,000. */
  readonly timeout?: number;
}

/** A request that was not answered as it should. */
export interface LostRequest {
  /** Milliseconds after the shutdown began; before it, they are negative. */
  readonly when: number;
  /** `ECONNREFUSED`, `ECONNRESET`, `answered 503`, … */
  readonly error: string;
}

/** What became of the requests of one shutdown. */
export interface DrainReport {
  readonly sent: number;
  readonly answered: number;
  /** In the order in which they were sent. */
  readonly lost: readonly LostRequest[];
  /** Milliseconds from the beginning of the shutdown until the balancer sent no more. */
  readonly noticedAfter: number;
  /** Milliseconds that `close()` took. */
  readonly drainTook: number;
  /**
   * The longest time, in milliseconds, for which this process did nothing, application, balancer and load alike. After a
   * second of it the application takes its balancer for gone: what is lost then is lost to the machine.
   */
  readonly longestStall: number;
}

/** An application that listens, such as `startReady` returns. */
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
/** Answers before the shutdown begins, for the kept connections to be there. */
const WARM_UP = 20;

/**
 * Shuts an application down under load, in process and over real sockets: a balancer asks for readiness and sends its
 * requests until it has been refused often enough, as HAProxy does. With a sound shutdown `lost` is empty.
 */
export async function simulateDrain(application: Draining, options: DrainOptions): Promise<DrainReport> {
  checkOptions('simulateDrain', options, RULES, ['request']);
  const { request, rate = 100, ready = '/health/ready', interval = 100, fall = 3, timeout = 20_000 } = options;
  const { url } = application;
  await refuseBroken(url, ready, timeout);
  if (typeof request === 'string') await refuseBroken(url, request, timeout);

  const balancer = new SimulatedBalancer({ url: url + ready, interval, fall, timeout });
  const load = new SteadyLoad({
    request: typeof request === 'string' ? url + request : () => request(url),
    rate,
    timeout,
  });
  const limit = rejection(3 * timeout);
  const endRehearsal = beginRehearsal();
  try {
    await Promise.race([Promise.all([balancer.isKnown, load.reaches(WARM_UP)]), limit.promise]);
    const began = elapsed();
    const since = (): number => Math.round(elapsed() - began);
    const closed = application.close().then(since);
    const noticed = balancer.gone.then(async () => {
      const after = since();
      await load.stop();
      return after;
    });
    const [drainTook, noticedAfter] = await Promise.race([Promise.all([closed, noticed]), limit.promise]);
    return {
      sent: load.sent,
      answered: load.answered,
      lost: load.failed
        .toSorted((one, other) => one.sent - other.sent)
        .map(({ sent, error }) => ({ when: Math.round(sent - began), error })),
      noticedAfter,
      drainTook,
      longestStall: Math.round(load.longestStall),
    };
  } finally {
    endRehearsal();
    limit.cancel();
    balancer.stop();
    await load.stop();
  }
}

/** A path that is wrong would make every request of the load a lost one. */
async function refuseBroken(url: string, asked: string, timeout: number): Promise<void> {
  const status = await exchange(url + asked, false, timeout, 'nest-vitals');
  if (status >= 400)
    throw new Error(`GET ${asked} answers ${status} before the shutdown has begun. Expected is less than 400.`);
}

function rejection(after: number): { readonly promise: Promise<never>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The simulated shutdown has not ended within ${after} ms.`)), after);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
