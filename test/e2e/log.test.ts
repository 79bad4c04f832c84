import { HealthModule, type HealthModuleOptions, degraded, down, up } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { type FakeBehaviour, FakeIndicator, type FakeIndicatorClass, throwing } from '../support/fake-indicator.js';
import { passTime, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

describe.each(ADAPTERS)('the log on %s', (adapter) => {
  const start = (stock: FakeIndicatorClass, options: HealthModuleOptions = {}): Promise<TestApplication> => {
    stopClock();
    return startApplication(adapter, { imports: [HealthModule.forRoot(options)], providers: [stock] });
  };
  const probeAfter = async (application: TestApplication, milliseconds: number): Promise<void> => {
    await passTime(milliseconds);
    await application.get('/health/ready');
  };

  it('has one WARN with the raw error and its causes for a thousand failing probes', async () => {
    const cause = new Error('the certificate of db.internal has expired');
    const error = Object.assign(new Error('cannot open a connection', { cause }), { code: 'ECONNREFUSED' });
    const application = await start(FakeIndicator('database', throwing(error), { ttl: 0 }));

    for (let batch = 0; batch < 10; batch += 1) {
      await passTime(1);
      await Promise.all(Array.from({ length: 100 }, () => application.get('/health/ready')));
    }
    const [line, ...others] = application.log.health();
    expect(others).toEqual([]);
    expect(application.log.health('warn')).toHaveLength(1);
    expect(line?.split('\n')[0]).toBe('database is DOWN: connection refused (ECONNREFUSED)');
    for (const part of ['cannot open a connection', 'the certificate of db.internal has expired', 'log.test.ts']) {
      expect(line).toContain(part);
    }
  });

  it.each([
    [850, '850 ms'],
    [20_000, '20 s'],
    [200_000, '3 min 20 s'],
    [7_500_000, '2 h 5 min'],
  ])('has one LOG with the duration of the outage at a recovery, after %i ms', async (milliseconds, words) => {
    const database = FakeIndicator('database', () => up(), { ttl: 0 });
    const application = await start(database);
    await probeAfter(application, 1);
    database.behaviour = () => down('gone');
    await probeAfter(application, 1);
    database.behaviour = () => up();
    await probeAfter(application, milliseconds);
    await probeAfter(application, 1);

    expect(application.log.health('warn')).toEqual(['database is DOWN: gone']);
    expect(application.log.health('log')).toEqual([`database is UP after ${words} of DOWN`]);
  });

  it('has no line for a first result that passes', async () => {
    const application = await start(FakeIndicator('database'));
    await probeAfter(application, 1);
    expect(application.log.health()).toEqual([]);
  });

  it('has a WARN for a change for the worse, and a LOG for a recovery', async () => {
    const database = FakeIndicator('database', () => up(), { ttl: 0 });
    const application = await start(database);
    const behaviours: FakeBehaviour[] = [
      () => up(),
      () => degraded('slow'),
      () => down('gone'),
      () => degraded('slow'),
      () => up(),
    ];
    for (const behaviour of behaviours) {
      database.behaviour = behaviour;
      await probeAfter(application, 1000);
    }
    const lines = application.log.lines.filter(
      ({ context, text }) => context === 'Health' && !text.startsWith('1 indicator'),
    );
    expect(lines.map(({ level, text }) => `${level}: ${text}`)).toEqual([
      'warn: database is DEGRADED: slow',
      'warn: database is DOWN: gone',
      'log: database is DEGRADED: slow after 1 s of DOWN',
      'log: database is UP after 1 s of DEGRADED',
    ]);
  });

  it('contains a malformed result unchanged', async () => {
    const application = await start(FakeIndicator('database', () => ({ status: 'fine', version: 16 })));
    await probeAfter(application, 1);
    expect(application.log.health('warn')).toEqual([
      "database is DOWN: the check returned an unknown status (INVALID_RESULT)\n{ status: 'fine', version: 16 }",
    ]);
  });

  it('masks credentials in URLs, in messages, causes, stacks and properties', async () => {
    const url = 'postgres://user:hunter2@db.internal/orders';
    const error = Object.assign(new Error(`cannot reach ${url}`, { cause: new Error(`refused by ${url}`) }), {
      options: { connectionString: url },
    });
    const application = await start(FakeIndicator('database', throwing(error)));
    await probeAfter(application, 1);
    const { text } = application.log;
    expect(text).toContain('cannot reach postgres://***@db.internal/orders');
    expect(text).toContain('refused by postgres://***@db.internal/orders');
    expect(text).not.toContain('hunter2');
  });

  it('has one line for an error that cannot be described', async () => {
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error('do not touch');
        },
      },
    );
    const application = await start(FakeIndicator('database', throwing(hostile)));
    await probeAfter(application, 1);
    expect(application.log.health('warn')).toHaveLength(1);
    expect((await application.get('/health/ready')).status).toBe(503);
  });

  it('has no line for a change with logging: false', async () => {
    const application = await start(FakeIndicator('database', throwing(new Error('boom'))), { logging: false });
    await probeAfter(application, 1);
    expect(application.log.health()).toEqual([]);
  });

  it('has the line after the threshold, together with the status', async () => {
    const database = FakeIndicator('database', () => up(), { ttl: 0, failureThreshold: 2 });
    const application = await start(database);
    await probeAfter(application, 1);
    database.behaviour = () => down('gone');
    await probeAfter(application, 1);
    expect(application.log.health()).toEqual([]);
    await probeAfter(application, 1);
    expect(application.log.health()).toEqual(['database is DOWN: gone']);
  });

  it('warns at boot of a check that may take longer than the deadline', async () => {
    const slow = FakeIndicator('slow', undefined, { timeout: 500, retries: 1, retryDelay: 100 });
    const { log } = await start(slow, { deadline: 800 });
    expect(log.health('warn')).toEqual([expect.stringContaining('The indicator "slow" may take 1100 ms')]);
  });
});
