import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { beginDrainSimulation } from '../../../src/core/drain-simulation.js';
import type { DrainHook } from '../../../src/lifecycle/drain.js';
import { AnnouncedWork } from '../../../src/lifecycle/announced-work.js';
import { ApplicationState } from '../../../src/lifecycle/application-state.js';
import { Drain, type DrainedConnections } from '../../../src/lifecycle/drain.js';
import { probeRequest } from '../../../src/lifecycle/probers/probe-request.js';
import { ProberWatch } from '../../../src/lifecycle/probers/prober-watch.js';
import { ShutdownSignals } from '../../../src/lifecycle/shutdown-signals.js';
import type { ShutdownSettings } from '../../../src/options/health-settings.js';
import { CapturedLog } from '../../support/captured-log.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { type Latch, latch, never } from '../../support/latch.js';

useFakeClock();

/** The test sets the requests in flight. */
class FakeConnections implements DrainedConnections {
  hasOpenSockets = false;
  inFlight: Latch = latch();
  labels: string[] = [];
  closed = { idle: 0, silent: 0 };
  /** The result of each search for new connections. */
  newcomers: boolean[] = [];
  askedForNewcomers: number[] = [];
  /** Requests that have arrived but are not read, by label. */
  unread: string[] = [];
  acceptLimits: number[] = [];
  readonly #record: (event: string) => void;

  constructor(record: (event: string) => void) {
    this.#record = record;
    this.inFlight.open();
  }

  begin(label: string): void {
    this.labels = [label];
    this.inFlight = latch();
  }
  finish(): void {
    this.labels = [];
    this.inFlight.open();
  }

  get open(): readonly string[] {
    return this.labels;
  }
  beginDraining(): void {
    this.#record('counting requests');
  }
  whenCurrentDone(): Promise<void> {
    return this.inFlight.promise;
  }
  async stopListening(limit: number): Promise<void> {
    this.acceptLimits.push(limit);
    this.#record('stopped listening');
  }
  async whenArrivalsRead(): Promise<void> {
    const label = this.unread.shift();
    if (label !== undefined) this.begin(label);
  }
  hasNewConnections(within: number): boolean {
    this.askedForNewcomers.push(within);
    return this.newcomers.shift() ?? false;
  }
  closeIdle(): { idle: number; silent: number } {
    this.#record('closed idle connections');
    return this.closed;
  }
  destroyBusy(): void {
    this.#record('destroyed busy connections');
  }
}

let events: string[] = [];
let log = new CapturedLog();
let work = new AnnouncedWork();
let watch = new ProberWatch();
let connections = new FakeConnections((event) => events.push(event));
let steps: unknown[] = [];
let state = new ApplicationState();

beforeEach(() => {
  events = [];
  log = new CapturedLog();
  work = new AnnouncedWork();
  watch = new ProberWatch();
  connections = new FakeConnections((event) => events.push(event));
  steps = [];
  state = new ApplicationState();
  state.onChange(() => {
    if (state.drainStep === 'balancers') events.push(state.phase);
    steps.push(state.drainStep);
  });
  state.bootstrapped();
  steps = [];
});

const DEFAULTS: ShutdownSettings = {
  delay: 'auto',
  minDelay: 0,
  maxDelay: 15_000,
  timeout: 10_000,
  probers: undefined,
  isLeftToPrimary: false,
};

const ask = (address: string, agent: string, wasRefused: boolean): void =>
  watch.recordProbe(probeRequest(address, agent, ''), wasRefused);

/** Begins a drain that records its end. */
function begin(
  settings: Partial<ShutdownSettings> = {},
  hooks: readonly DrainHook[] = [],
  signals?: ShutdownSignals,
): Drain {
  const drain = new Drain({
    settings: { ...DEFAULTS, delay: 0, ...settings },
    state,
    watch,
    connections,
    work,
    ...(signals && { signals }),
    logger: log,
    hooks: () => hooks,
  });
  void drain.run().then(
    () => events.push('drained'),
    (error: unknown) => events.push(`rejected: ${String(error)}`),
  );
  return drain;
}

const hook = (call: () => unknown, timeout?: number): DrainHook => ({ name: 'Consumer.stop', timeout, call });
const allLines = (): string[] => log.lines.map(({ level, text }) => `${level}: ${text}`);
/** The lines without those that announce a wait. */
const lines = (): string[] => allLines().filter((line) => !line.startsWith('log: Shutting down: waiting for'));

describe('the sequence of the drain', () => {
  it('refuses traffic, counts requests, calls hooks, waits for balancers, waits for work, stops listening, closes idle connections', async () => {
    connections.begin('GET /slow');
    begin({ delay: 1000 }, [hook(() => events.push('told'))]);
    expect(events).toEqual(['draining', 'counting requests', 'told']);

    connections.finish();
    await advance(999);
    expect(events).toHaveLength(3);

    connections.begin('GET /slower');
    await advance(5000);
    expect(events).toHaveLength(3);

    connections.finish();
    await advance(0);
    expect(events.slice(3)).toEqual(['stopped listening', 'closed idle connections', 'drained']);
  });

  it('finishes at once without a timer and without a log line when there is nothing to wait for', async () => {
    begin();
    await advance(0);

    expect(events).toEqual([
      'draining',
      'counting requests',
      'stopped listening',
      'closed idle connections',
      'drained',
    ]);
    expect(lines()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('reports each step', async () => {
    connections.begin('GET /slow');
    begin({ delay: 1000 });
    expect(steps).toEqual(['balancers']);
    await advance(1000);
    expect(steps).toEqual(['balancers', 'work']);

    connections.finish();
    await advance(0);
    expect(steps).toEqual(['balancers', 'work', 'connections', 'done']);
  });

  it('runs once for several calls of run()', async () => {
    const drain = begin({ delay: 100 });
    const second = drain.run();
    expect(drain.run()).toBe(second);
    await advance(100);
    await second;
    await drain.run();

    expect(events.filter((event) => event === 'draining')).toHaveLength(1);
    expect(events.filter((event) => event === 'stopped listening')).toHaveLength(1);
  });
});

describe('the second signal during the drain', () => {
  it('ends the wait for balancers, for work and for the remaining steps', async () => {
    const signals = new ShutdownSignals();
    let onSecond: (signal: NodeJS.Signals) => void = () => expect.fail('nothing is called on the second signal');
    vi.spyOn(signals, 'onSecond').mockImplementation((act) => (onSecond = act));
    connections.begin('GET /slow');
    begin({ delay: 60_000 }, [], signals);
    await advance(1000);
    expect(allLines()).toEqual([
      'log: Shutting down: waiting for balancers for 60000 ms, then for work in flight for at most 10000 ms. A second signal ends the wait.',
    ]);

    onSecond('SIGINT');
    await advance(100);
    expect(events.slice(-3)).toEqual(['closed idle connections', 'destroyed busy connections', 'drained']);
    expect(vi.getTimerCount()).toBe(0);
    expect(lines()).toEqual([
      'warn: SIGINT arrived again: the wait for balancers and for work in flight ends now',
      expect.stringMatching(/^warn: Work in flight did not finish within \d+ ms: GET \/slow$/),
    ]);
  });
});

describe('the drain does not wait for balancers', () => {
  it('in development, unless a shutdown is simulated', async () => {
    begin({ delay: 'auto', minDelay: 5000, isDevelopment: true });
    await advance(0);
    expect(events).toContain('drained');

    events = [];
    state = new ApplicationState();
    state.bootstrapped();
    onTestFinished(beginDrainSimulation());
    begin({ delay: 'auto', minDelay: 5000, isDevelopment: true });
    await advance(4900);
    expect(events).not.toContain('drained');
    await advance(200);
    expect(events).toContain('drained');
  });

  it('when the application has not bootstrapped', async () => {
    state = new ApplicationState();
    begin({ delay: 5000 });
    await advance(0);
    expect(events).toContain('drained');
  });
});

describe('the latest connections at the drain', () => {
  it('are kept until they have sent a request', async () => {
    connections.newcomers = [true, true, false, true];
    begin();
    await advance(1000);
    expect(connections.newcomers).toEqual([true]);
    expect(events.slice(-3)).toEqual(['stopped listening', 'closed idle connections', 'drained']);
  });

  it('are kept for at most 250 ms', async () => {
    connections.newcomers = Array.from({ length: 100 }, () => true);
    begin();
    await advance(1000);
    expect(connections.askedForNewcomers.every((within) => within === 250)).toBe(true);
    expect(connections.askedForNewcomers).toHaveLength(13);
  });

  it('are closed at once when the time for work is over', async () => {
    connections.newcomers = [true];
    connections.begin('GET /slow');
    const drain = begin({ timeout: 100 });
    await advance(100);
    await drain.run();
    expect(connections.askedForNewcomers).toEqual([]);
  });
});

describe('requests at the drain that have arrived but are not read', () => {
  it('are read and finished before idle connections are closed', async () => {
    connections.unread = ['GET /orders'];
    begin();
    await advance(0);
    expect(events).not.toContain('closed idle connections');
    connections.finish();
    await advance(0);
    expect(events.slice(-2)).toEqual(['closed idle connections', 'drained']);
  });

  it('leave half of the time for work to connections that are not accepted yet', async () => {
    begin({ timeout: 10_000 });
    await advance(1000);
    expect(connections.acceptLimits).toEqual([5000]);
  });
});

describe('work in flight at the drain', () => {
  it('delays the drain when it was announced', async () => {
    const job = work.begin('report');
    begin();
    await advance(9999);
    expect(events).not.toContain('stopped listening');

    job.done();
    await advance(0);
    expect(events.at(-1)).toBe('drained');
    expect(events).not.toContain('destroyed busy connections');
    expect(lines()).toEqual(['log: Work in flight finished after 9999 ms']);
  });

  it('delays the drain when a request or a hook announces it at its own end', async () => {
    connections.begin('POST /orders');
    begin();
    await advance(1000);
    const job = work.begin('mail');
    connections.finish();
    await advance(1000);
    expect(events).not.toContain('drained');

    job.done();
    await advance(0);
    expect(events.at(-1)).toBe('drained');
    expect(lines()).toEqual(['log: Work in flight finished after 2000 ms']);
  });

  it('delays the drain when requests arrive during the wait', async () => {
    connections.begin('GET /first');
    begin({ timeout: 5000 });
    await advance(1000);
    connections.inFlight.open();
    connections.begin('GET /second');
    await advance(3000);
    expect(events).not.toContain('drained');

    connections.finish();
    await advance(0);
    expect(events.at(-1)).toBe('drained');
    expect(lines()).toEqual(['log: Work in flight finished after 4000 ms']);
  });

  it('is abandoned at the limit, and listed in the log', async () => {
    connections.begin('GET /slow (for 5000 ms)');
    work.begin('report');
    begin({ timeout: 5000 });
    await advance(4999);
    expect(events).not.toContain('stopped listening');

    await advance(1);
    expect(events.slice(2)).toEqual([
      'stopped listening',
      'closed idle connections',
      'destroyed busy connections',
      'drained',
    ]);
    expect(lines()).toEqual([
      'warn: Work in flight did not finish within 5000 ms: GET /slow (for 5000 ms), report (for 5000 ms)',
    ]);
  });

  it('has one limit, also for requests that arrive during the wait', async () => {
    connections.begin('GET /first');
    begin({ timeout: 5000 });
    await advance(4000);
    connections.inFlight.open();
    connections.begin('GET /second');
    await advance(999);
    expect(events).not.toContain('drained');

    await advance(1);
    expect(events.slice(-2)).toEqual(['destroyed busy connections', 'drained']);
    expect(lines()).toEqual(['warn: Work in flight did not finish within 5000 ms: GET /second']);
  });

  it('has a limit that begins after the wait for balancers', async () => {
    connections.begin('GET /slow');
    begin({ delay: 3000, timeout: 5000 });
    await advance(7999);
    expect(events).not.toContain('drained');
    await advance(1);
    expect(events.at(-1)).toBe('drained');
  });

  it('is abandoned at once with a timeout of 0', async () => {
    connections.begin('GET /slow');
    begin({ timeout: 0 });
    await advance(1);

    expect(events.at(-1)).toBe('drained');
    expect(events).toContain('destroyed busy connections');
  });

  it('is not reported as unfinished when there was none and a busy event loop delays the end', async () => {
    connections.hasOpenSockets = true;
    connections.whenArrivalsRead = () => new Promise((resolve) => setTimeout(resolve, 20));
    begin({ timeout: 0 });
    await advance(20);

    expect(events.at(-1)).toBe('drained');
    expect(events).not.toContain('destroyed busy connections');
    expect(lines()).toEqual([]);
  });
});

describe('hooks of the drain', () => {
  it('delay the drain until all are done, and run concurrently', async () => {
    const [first, second] = [latch(), latch()];
    begin({}, [hook(() => first.promise), hook(() => second.promise)]);
    second.open();
    await advance(1000);
    expect(events).not.toContain('stopped listening');

    first.open();
    await advance(0);
    expect(events.at(-1)).toBe('drained');
    expect(lines()).toEqual(['log: Work in flight finished after 1000 ms']);
  });

  it.each([
    ['throw', () => hook(() => expect.fail('broken'))],
    ['reject', () => hook(() => Promise.reject(new Error('broken')))],
  ])('are logged and do not shorten the drain when they %s', async (_, create) => {
    const other = latch();
    begin({}, [create(), hook(() => other.promise)]);
    await advance(2000);
    expect(events).not.toContain('stopped listening');
    expect(log.lines).toHaveLength(1);
    expect(lines()[0]).toMatch(/^error: Consumer\.stop failed while the drain began:\n\w*Error: broken\n/);

    other.open();
    await advance(0);
    expect(events.at(-1)).toBe('drained');
  });

  it('are abandoned at their own limit when they hang', async () => {
    begin({}, [hook(never, 700)]);
    await advance(699);
    expect(events).not.toContain('stopped listening');

    await advance(1);
    expect(events.at(-1)).toBe('drained');
    expect(events).not.toContain('destroyed busy connections');
    expect(lines()[0]).toBe('warn: Consumer.stop did not finish within 700 ms');
  });

  it('are abandoned at the limit of work when they hang without their own limit', async () => {
    begin({ timeout: 5000 }, [hook(never)]);
    await advance(4999);
    expect(events).not.toContain('drained');

    await advance(1);
    expect(events.at(-1)).toBe('drained');
    expect(lines()).toContain('warn: Consumer.stop did not finish within 5000 ms');
  });

  it('do not delay the drain beyond the limit of work, even with a longer limit', async () => {
    begin({ timeout: 5000 }, [hook(never, 60_000)]);
    await advance(5000);

    expect(events.at(-1)).toBe('drained');
    expect(lines()).toEqual(['warn: Work in flight did not finish within 5000 ms: a hook']);
  });

  it('are logged when their search fails, and the drain is not shortened', async () => {
    const job = work.begin('report');
    const drain = new Drain({
      settings: { ...DEFAULTS, delay: 100 },
      state,
      watch,
      connections,
      work,
      logger: log,
      hooks: () => {
        throw new Error('a provider that throws on every access');
      },
    });
    const run = drain.run();
    const outcome = vi.fn<(outcome: string) => void>();
    void run.then(
      () => outcome('resolved'),
      () => outcome('rejected'),
    );
    await advance(1000);
    expect(outcome).not.toHaveBeenCalled();

    job.done();
    await advance(0);
    expect(outcome).toHaveBeenCalledWith('resolved');
    expect(log.text).toContain('a provider that throws on every access');
  });
});

describe('the log of the drain', () => {
  it('contains the duration of a fixed delay', async () => {
    begin({ delay: 1500 });
    await advance(1500);

    expect(lines()).toEqual(['log: Waited 1500 ms for balancers']);
  });

  it('has no line when there was no wait and no work, also on a slow machine', async () => {
    const observed = watch.observe();
    vi.spyOn(watch, 'observe').mockImplementation(() => {
      vi.advanceTimersByTime(20);
      return observed;
    });
    const asked = vi.spyOn(connections, 'whenCurrentDone').mockImplementation(async () => {
      vi.advanceTimersByTime(20);
    });
    begin({ delay: 'auto' });
    await advance(100);

    expect(asked).toHaveBeenCalled();
    expect(events.at(-1)).toBe('drained');
    expect(lines()).toEqual([]);
  });

  it('lists the probers for which it waits', async () => {
    for (let asked = 0; asked < 9; asked += 1) {
      await advance(100);
      ask('10.0.0.1', 'HAProxy', true);
      ask('10.0.0.2', '', true);
    }
    begin({ delay: 'auto' });
    await advance(1000);

    expect(lines()).toEqual(['log: Waited 250 ms for balancers: HAProxy at 10.0.0.1, a prober at 10.0.0.2']);
  });

  it('warns of probers without enough refusals at the end of the maximum wait', async () => {
    for (let asked = 0; asked < 3; asked += 1) {
      await advance(1000);
      ask('10.0.0.1', 'HAProxy', false);
    }
    begin({ delay: 'auto', maxDelay: 2000 });
    await advance(2000);

    expect(lines()).toEqual(['warn: Some probers received fewer than 3 refusals within 2000 ms: HAProxy at 10.0.0.1']);
  });

  it('warns of probers that are too slow, with their interval', async () => {
    for (let asked = 0; asked < 5; asked += 1) {
      await advance(30_000);
      ask('10.0.0.1', 'ELB-HealthChecker/2.0', false);
    }
    begin({ delay: 'auto' });
    await advance(0);

    expect(events.at(-1)).toBe('drained');
    expect(lines()).toEqual([
      'warn: The shutdown did not wait for probers that are too slow to receive 3 refusals within maxDelay (15000 ms): ' +
        'ELB-HealthChecker/2.0 at 10.0.0.1 (every 30000 ms). Raise shutdown.maxDelay, or set shutdown.delay.',
    ]);
  });

  it('explains why a worker of a cluster does not wait for probers', async () => {
    for (let asked = 0; asked < 5; asked += 1) {
      await advance(1000);
      ask('10.0.0.1', 'HAProxy', false);
    }
    begin({ delay: 0, isLeftToPrimary: true });
    await advance(0);

    expect(events.at(-1)).toBe('drained');
    expect(lines()).toEqual([expect.stringMatching(/^log: A worker of node:cluster does not wait for probers: /)]);
  });

  it('contains the number of closed connections', async () => {
    connections.closed = { idle: 3, silent: 2 };
    begin();
    await advance(0);
    expect(lines()).toEqual(['log: Closed 3 idle and 2 silent connections']);
  });

  it('contains the number when all connections are idle, or all are silent', async () => {
    connections.closed = { idle: 1, silent: 0 };
    begin();
    await advance(0);
    connections.closed = { idle: 0, silent: 1 };
    begin();
    await advance(0);
    expect(lines()).toEqual([
      'log: Closed 1 idle and 0 silent connections',
      'log: Closed 0 idle and 1 silent connections',
    ]);
  });
});
