import { HealthModule, type HealthChange, down, up } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { reportIn, statusesIn } from '../support/responses.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { latch, never } from '../support/latch.js';
import { passTime, passTimeUntil, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

/** The time that each request was in the server, on the clock of the test. */
function timesInServer({ server }: TestApplication): number[] {
  const times: number[] = [];
  server.prependListener('request', (_request, response) => {
    const arrived = performance.now();
    response.once('finish', () => times.push(performance.now() - arrived));
  });
  return times;
}

describe.each(ADAPTERS)('caching, concurrency and background runs on %s', (adapter) => {
  it.each([
    ['passes', () => up(), 200],
    ['failures', () => down('no connection'), 503],
  ])('reuses %s for ttl, and runs the check again after it', async (_name, behaviour, status) => {
    stopClock();
    const database = FakeIndicator('database', behaviour, { ttl: 250 });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()], providers: [database] });
    const probe = async (): Promise<number> => {
      expect((await application.get('/health/ready')).status).toBe(status);
      return database.runs.length;
    };

    expect(await probe()).toBe(1);
    expect(await probe()).toBe(1);
    await passTime(250);
    expect(await probe()).toBe(1);
    await passTime(1);
    expect(await probe()).toBe(2);
  });

  it('runs each check once for a thousand simultaneous probes', async () => {
    stopClock();
    const work = latch();
    const allArrived = latch();
    const database = FakeIndicator('database', () => work.promise, { ttl: 0 });
    const cache = FakeIndicator('cache', () => work.promise, { ttl: 0 });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [database, cache],
    });
    let arrived = 0;
    application.server.on('request', () => {
      arrived += 1;
      if (arrived === 1000) allArrived.open();
    });

    const responses = Array.from({ length: 1000 }, () => application.get('/health/ready'));
    await allArrived.promise;
    // The last request to arrive has not reached its handler yet.
    await new Promise((resolve) => setImmediate(resolve));
    work.open();

    const statuses = new Set((await Promise.all(responses)).map(({ status }) => status));
    expect([...statuses]).toEqual([200]);
    expect(database.runs).toHaveLength(1);
    expect(cache.runs).toHaveLength(1);
  });

  it('responds within the deadline while a check hangs, and runs it again only after growing pauses', async () => {
    stopClock();
    const deadline = 300;
    const stuck = FakeIndicator('stuck', never, { ttl: 0, timeout: 2000 });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ deadline })],
      providers: [stuck],
    });
    const times = timesInServer(application);

    for (let probe = 0; probe <= 100; probe += 1) {
      const ready = await passTimeUntil(application.get('/health/ready'));
      expect(ready.status).toBe(503);
      await passTime(1000);
    }
    // One attempt at once, then after pauses of 2, 8, 32 and 60 s, each after a timeout of 2 s.
    expect(stuck.runs).toHaveLength(4);
    expect(times).toHaveLength(101);
    // Time passes in steps of 10 ms, so a response that is due at 300 ms is noticed one step later.
    expect(Math.max(...times)).toBeLessThanOrEqual(deadline + 20);
  });

  it('reports a background check as UNKNOWN with 503 until its first run', async () => {
    stopClock();
    const ledger = FakeIndicator('ledger', () => up(), { interval: 1000, initialDelay: 500 });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()], providers: [ledger] });

    const before = await application.get('/health/ready');
    expect([before.status, reportIn(before).status]).toEqual([503, 'UNKNOWN']);
    expect(statusesIn(before)).toEqual({ ledger: 'UNKNOWN' });
    expect(ledger.runs).toHaveLength(0);

    await passTime(500);
    const after = await application.get('/health/ready');
    expect([after.status, reportIn(after).status]).toEqual([200, 'UP']);
    expect(ledger.runs).toHaveLength(1);
  });

  it('runs a background check on its timer, and never because of a probe', async () => {
    stopClock();
    const ledger = FakeIndicator('ledger', () => up(), { interval: 1000, ttl: 0 });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()], providers: [ledger] });

    for (let probe = 0; probe < 5; probe += 1) await application.get('/health/deep');
    expect(ledger.runs).toHaveLength(1);
    // The interval varies by a tenth.
    await passTime(899);
    expect(ledger.runs).toHaveLength(1);
    await passTime(202);
    expect(ledger.runs).toHaveLength(2);
  });

  it('reports a background check that hangs as UNKNOWN after maxAge', async () => {
    stopClock();
    const ledger = FakeIndicator('ledger', () => up(), { interval: 1000, maxAge: 5000, timeout: 600_000 });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()], providers: [ledger] });
    await passTime(1);
    expect((await application.get('/health/ready')).status).toBe(200);

    ledger.behaviour = never;
    await passTime(4990);
    const trusted = await application.get('/health/ready');
    expect([trusted.status, statusesIn(trusted)]).toEqual([200, { ledger: 'UP' }]);

    await passTime(20);
    const deep = await application.get('/health/deep');
    expect(deep.status).toBe(503);
    expect(reportIn(deep).details['ledger']).toMatchObject({
      status: 'UNKNOWN',
      message: 'its last result is older than 5000 ms',
    });
  });

  it('announces an outage and its recovery once each, with the duration of the outage', async () => {
    stopClock();
    const database = FakeIndicator('database', () => up(), { ttl: 0 });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()], providers: [database] });
    const changes: HealthChange[] = [];
    application.health.changes$.subscribe((change) => changes.push(change));
    const probeTwice = async (): Promise<void> => {
      await application.get('/health/ready');
      await passTime(1000);
      await application.get('/health/ready');
      await passTime(1000);
    };

    await probeTwice();
    database.behaviour = () => down('no connection');
    await probeTwice();
    database.behaviour = () => up();
    await probeTwice();

    expect(changes).toMatchObject([
      { indicator: 'database', from: 'UP', to: 'DOWN', lasted: 2000, error: 'no connection' },
      { indicator: 'database', from: 'DOWN', to: 'UP', lasted: 2000 },
    ]);
  });

  it('stays UP below failureThreshold, counts the failures in consecutive_failures, and is DOWN at the threshold', async () => {
    stopClock();
    const database = FakeIndicator('database', () => up(), { ttl: 0, failureThreshold: 3 });
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()], providers: [database] });
    const probe = async (): Promise<unknown[]> => {
      await passTime(1);
      const response = await application.get('/health/deep');
      const detail = reportIn(response).details['database'];
      return [response.status, detail?.status, detail?.consecutive_failures, detail?.error];
    };

    expect(await probe()).toEqual([200, 'UP', undefined, undefined]);
    database.behaviour = () => down('no connection');
    expect(await probe()).toEqual([200, 'UP', 1, 'no connection']);
    expect(await probe()).toEqual([200, 'UP', 2, 'no connection']);
    expect(await probe()).toEqual([503, 'DOWN', 3, 'no connection']);
    database.behaviour = () => up();
    expect(await probe()).toEqual([200, 'UP', undefined, undefined]);
  });
});
