import { describe, expect, it } from 'vitest';
import { useConcurrentTests } from '../../support/concurrent-tests.js';
import { isNightly } from '../../support/nightly.js';
import type { Configuration } from '../../support/process-application/application/configuration.js';
import { BalancerProber } from '../../support/process-application/prober.js';
import { ProcessApplication } from '../../support/process-application/process-application.js';
import { ONE_VARIANT, VARIANTS, type Variant } from '../../support/process-application/variants.js';

useConcurrentTests();

/** Kubernetes sets this variable in every pod. */
const KUBERNETES = { KUBERNETES_SERVICE_HOST: '10.96.0.1' };

type Start = (
  shutdown?: Configuration['shutdown'],
  variables?: Readonly<Record<string, string>>,
  statusCodes?: Configuration['statusCodes'],
) => Promise<ProcessApplication>;

const starterOf =
  ({ nest, adapter }: Variant): Start =>
  (shutdown = {}, variables = {}, statusCodes = {}) =>
    ProcessApplication.start(nest, { adapter, shutdown, statusCodes }, variables);

describe.concurrent.each(VARIANTS)('%s', (_, variant) => {
  const start = starterOf(variant);

  it('serves requests on new connections until a prober with an interval of 200 ms has received three refusals', async () => {
    const application = await start();
    const prober = new BalancerProber(application, 200, 'HAProxy');
    await prober.hasAsked(3);
    expect(prober.refusals).toBe(0);
    application.signal('SIGTERM');
    await application.until('the first refusal', () => (prober.refusals > 0 ? true : undefined));
    while (prober.refusals < 3) expect(await application.ask('/order')).toMatchObject({ status: 200, body: 'rows' });

    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    // Three requests can come from one prober or from three that take turns, and each prober must receive three
    // refusals.
    expect(prober.refusals).toBeGreaterThanOrEqual(8);
    // A few more requests during the balancer's time to act, and while the machine is busy.
    expect(prober.refusals).toBeLessThanOrEqual(20);
    expect(prober.responses.lastIndexOf(200)).toBeLessThan(prober.responses.indexOf(503));
    expect(application.log('log')[0]).toMatch(/^Waited \d+ ms for balancers: HAProxy at (::ffff:)?127\.0\.0\.1$/);
    expect(application.log('warn')).toEqual([]);
    expect(application.eventsOf('query after destruction')).toEqual([]);
  });

  it('closes at once after a single probe', async () => {
    const application = await start();
    await application.statusOf('/health/ready');
    application.signal('SIGTERM');

    await application.exited();
    expect(application.log().filter((line) => /^Waited \d{3,} ms/.test(line))).toEqual([]);
  });
});

// These tests depend neither on Nest nor on the adapter.
describe.concurrent.each(ONE_VARIANT)('the wait for balancers, with %s', (_, variant) => {
  const start = starterOf(variant);

  it('closes at once without a prober', async () => {
    const application = await start();
    await application.statusOf('/order');
    const since = Date.now();
    application.signal('SIGTERM');

    expect(await application.exitedAfter(since)).toBeLessThan(3000);
    expect(application.log().filter((line) => /^Waited \d{3,} ms/.test(line))).toEqual([]);
  });

  it('does not wait for callers behind a proxy', async () => {
    const application = await start();
    for (let asked = 0; asked < 5; asked += 1) {
      await application.ask('/health/ready', { headers: { 'x-forwarded-for': '192.0.2.7' } });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    application.signal('SIGTERM');

    await application.exited();
    expect(application.log().filter((line) => /^Waited \d{3,} ms/.test(line))).toEqual([]);
  });

  it('waits for a fixed delay, also with probers', async () => {
    const application = await start({ delay: 700 });
    const since = Date.now();
    application.signal('SIGTERM');
    await application.draining();
    expect(await application.ask('/order')).toMatchObject({ status: 200, body: 'rows' });

    expect(await application.exitedAfter(since)).toBeGreaterThanOrEqual(690);
    expect(application.log('log')[0]).toMatch(/^Waited \d{3,} ms for balancers$/);
  });

  it('ends the wait at the maximum with a warning when a prober has not received enough refusals', async () => {
    const application = await start({ maxDelay: 900 });
    const prober = new BalancerProber(application, 200, 'HAProxy');
    await prober.hasAsked(3);
    prober.stop();
    application.signal('SIGTERM');

    await application.exited();
    expect(prober.refusals).toBeLessThan(3);
    expect(application.log('warn')).toEqual([
      expect.stringMatching(/^Some probers received fewer than 3 refusals within \d+ ms: HAProxy at /),
    ]);
  });

  it('uses the minimum of its options on Kubernetes, and does not wait for the kubelet', async () => {
    const application = await start({ minDelay: 400, maxDelay: 10_000 }, KUBERNETES);
    const kubelet = new BalancerProber(application, 3000, 'kube-probe/1.31');
    await application.ask('/health/ready', { headers: { 'user-agent': 'kube-probe/1.31' } });
    await application.ask('/health/ready', { headers: { 'user-agent': 'kube-probe/1.31' } });
    const since = Date.now();
    application.signal('SIGTERM');

    const lasted = await application.exitedAfter(since);
    expect(lasted).toBeGreaterThanOrEqual(390);
    expect(lasted).toBeLessThan(5000);
    expect(kubelet.refusals).toBeLessThan(3);
    expect(application.log('log')[0]).toMatch(/^Waited \d+ ms for balancers$/);
  });

  it.each(isNightly ? [200, 429, 500] : [200])('counts a refusal with the status code %i', async (code) => {
    const application = await start({}, {}, { OUT_OF_SERVICE: code });
    const prober = new BalancerProber(application, 200, 'HAProxy');
    await prober.hasAsked(3);
    application.signal('SIGTERM');

    await application.exited();
    expect(application.log('log')[0]).toMatch(/^Waited \d+ ms for balancers: HAProxy at /);
    expect(application.log('warn')).toEqual([]);
  });

  it('waits until each of two similar probers has received three refusals', async () => {
    const application = await start();
    const first = new BalancerProber(application, 600, 'HAProxy');
    await first.hasAsked(1);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const second = new BalancerProber(application, 600, 'HAProxy');
    await second.hasAsked(3);
    application.signal('SIGTERM');

    await application.exited();
    expect(first.refusals).toBeGreaterThanOrEqual(3);
    expect(second.refusals).toBeGreaterThanOrEqual(3);
  });

  it('waits at least 5 s on Kubernetes without a prober', async () => {
    const application = await start({}, KUBERNETES);
    const since = Date.now();
    application.signal('SIGTERM');
    await application.draining();
    expect(await application.ask('/order')).toMatchObject({ status: 200, body: 'rows' });

    expect(await application.exitedAfter(since)).toBeGreaterThanOrEqual(4990);
  });
});
