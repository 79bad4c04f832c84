import { setTimeout as realPause } from 'node:timers/promises';
import { HealthModule, type HealthModuleOptions, up } from 'nest-vitals';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeIndicator } from '../support/fake-indicator.js';
import { latch, never } from '../support/latch.js';
import { ADAPTERS, type AdapterName, type TestApplication, startApplication } from '../support/start-application.js';

afterEach(() => vi.useRealTimers());

const start = (adapter: AdapterName, options: HealthModuleOptions = {}): Promise<TestApplication> =>
  startApplication(adapter, { imports: [HealthModule.forRoot(options)] });

/**
 * The User-Agent of a balancer, because a shutdown never waits for the kubelet, whose User-Agent the other tests use.
 */
const BALANCER = { 'User-Agent': 'HAProxy' };

/** A test that closes its application with `close()` while its timers are fake. */
describe.each(ADAPTERS)('close() under fake timers on %s', (adapter) => {
  it('ends when there is nothing to wait for', async () => {
    const { app } = await start(adapter);
    vi.useFakeTimers();
    await expect(app.close()).resolves.toBeUndefined();
  });

  it('ends after a fixed delay in real time', async () => {
    const { app } = await start(adapter, { shutdown: { delay: 100 } });
    vi.useFakeTimers();
    await expect(app.close()).resolves.toBeUndefined();
  });

  it('ends after the maximum wait for a balancer', async () => {
    const application = await start(adapter, { shutdown: { delay: 'auto', maxDelay: 300 } });
    await application.get('/health/ready', BALANCER);
    await realPause(80);
    await application.get('/health/ready', BALANCER);
    vi.useFakeTimers();
    await expect(application.app.close()).resolves.toBeUndefined();
  });

  it('ends at the time limit of work that never finishes', async () => {
    const application = await start(adapter, { shutdown: { timeout: 100 } });
    application.health.delayShutdown('a job without an end');
    vi.useFakeTimers();
    await application.app.close();
    expect(application.log.health('warn')).toContainEqual(expect.stringContaining('a job without an end'));
  });

  it('ends when the application was started, and probed, under fake timers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
    const application = await start(adapter);
    expect((await application.get('/health/ready', BALANCER)).status).toBe(200);
    await expect(application.app.close()).resolves.toBeUndefined();
  });

  it('leaves no timer of checks that run in the background, hang or are cached', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
    const hanging = latch();
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [
        FakeIndicator('background', () => up(), { interval: 1000 }),
        FakeIndicator('cached', () => up(), { ttl: 60_000 }),
        FakeIndicator('hangs', () => (hanging.open(), never()), { timeout: 60_000 }),
      ],
    });
    void application.health.report('ready');
    await hanging.promise;
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    await application.app.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
