import type { Provider } from '@nestjs/common';
import { HealthModule, OnDrain, degraded, down, up } from 'nest-vitals';
import { HealthAgent, HealthAgentModule, type HealthAgentOptions } from 'nest-vitals/haproxy';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Haproxy } from '../../../bench/rolling-restart/balancers/haproxy.mjs';
import { restartInTurn } from '../../../bench/rolling-restart/rolling-restart.mjs';
import { latch } from '../../support/latch.js';
import { isNightly } from '../../support/nightly.js';
import { freePort } from '../../support/servers/free-port.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';
import { switchedIndicator } from '../../support/switched-indicator.js';
import { BUILD_LIMIT, type BuiltPackage, buildPackage } from './build-package.js';
import { isAvailable } from './is-available.js';

const LIMIT = 180_000;
const SOON = { timeout: 30_000, interval: 50 };
const NAMES = ['orders-1', 'orders-2', 'orders-3'] as const;
/** Agent checks alone, and beside the connection checks that the guide recommends for crashes. */
const BALANCERS = isNightly ? ['haproxy-agent-alone', 'haproxy-agent'] : ['haproxy-agent-alone'];

describe.runIf(isAvailable('haproxy'))('HAProxy with agent checks', () => {
  let built: BuiltPackage;
  beforeAll(() => {
    built = buildPackage();
  }, BUILD_LIMIT);
  afterAll(() => built.remove());

  it.each(BALANCERS)(
    'loses no request in a rolling restart, and uses each instance again (%s)',
    async (balancer) => {
      const { requests, failures, answered, restarts } = await restartInTurn({
        subject: 'vitals-express',
        balancer,
        rate: isNightly ? 300 : 80,
        rounds: 1,
        environment: built.environment,
      });
      expect(failures).toEqual([]);
      expect(requests).toBeGreaterThan(500);
      expect(Object.values(answered).reduce((sum, count) => sum + count)).toBe(requests);
      expect(Object.keys(answered)).toEqual(NAMES);
      expect(restarts.map(({ exit }) => exit)).toEqual(['SIGTERM', 'SIGTERM', 'SIGTERM']);
    },
    LIMIT,
  );

  it('changes the weight of a server with DEGRADED, and its state with DOWN', async () => {
    const stock = switchedIndicator('stock');
    const { stateOf } = await start({}, [stock.provider]);
    await expect.poll(stateOf, SOON).toEqual({ status: 'no check', weight: '100' });
    stock.result = degraded('replica is behind');
    await expect.poll(stateOf, SOON).toEqual({ status: 'no check', weight: '50' });
    stock.result = down('refused');
    await expect.poll(stateOf, SOON).toMatchObject({ status: 'DOWN (agent)' });
    stock.result = up();
    await expect.poll(stateOf, SOON).toEqual({ status: 'no check', weight: '100' });
  });

  it('raises the weight during the warm-up', async () => {
    const { stateOf } = await start({ warmUp: 4000 });
    const weights = new Set<number>();
    const observe = async (): Promise<number> => {
      const { status, weight } = await stateOf();
      if (status === 'no check') weights.add(Number(weight));
      return Number(weight);
    };
    await expect.poll(async () => (await observe()) === 100 && weights.size > 1, SOON).toBe(true);
    const [first = 100] = weights;
    expect(first).toBeLessThan(100);
    expect([...weights]).toEqual([...weights].toSorted((a, b) => a - b));
  });

  it('drains a server that refuses traffic, and one that shuts down', async () => {
    const hook = { began: latch(), goOn: latch() };
    class Worker {
      @OnDrain()
      async finish(): Promise<void> {
        hook.began.open();
        await hook.goOn.promise;
      }
    }
    const { stateOf, application } = await start({}, [Worker]);
    await expect.poll(stateOf, SOON).toMatchObject({ status: 'no check' });
    const accept = application.health.refuseTraffic('standby');
    await expect.poll(stateOf, SOON).toMatchObject({ status: 'DRAIN (agent)' });
    accept();
    await expect.poll(stateOf, SOON).toMatchObject({ status: 'no check' });
    const closed = application.app.close();
    await hook.began.promise;
    await expect.poll(stateOf, SOON).toMatchObject({ status: 'DRAIN (agent)' });
    hook.goOn.open();
    await closed;
    expect(await stateOf()).toMatchObject({ status: 'DRAIN (agent)' });
  });
});

interface Started {
  readonly application: TestApplication;
  /** The state of the first server in HAProxy. */
  readonly stateOf: () => Promise<Readonly<Record<'status' | 'weight', string>>>;
}

/** Starts one application, which acts as all three servers of the configuration. */
async function start(options: Partial<HealthAgentOptions>, providers: readonly Provider[] = []): Promise<Started> {
  const application = await startApplication('express', {
    imports: [
      HealthModule.forRoot({ shutdown: { delay: 0 }, defaults: { ttl: 0 } }),
      HealthAgentModule.forRoot({ port: 0, ...options }),
    ],
    providers: [...providers],
  });
  const agentPort = application.app.get(HealthAgent, { strict: false }).address?.port ?? 0;
  const proxy = new Haproxy({ agent: 'alone' });
  onTestFinished(() => proxy.stop());
  const instances = NAMES.map((name) => ({ name, port: application.port, agentPort }));
  await proxy.start({ port: await freePort(), instances });
  const stateOf = async (): Promise<Readonly<Record<'status' | 'weight', string>>> => {
    const { 'orders-1': first } = await proxy.columnsOf('status', 'weight');
    if (!first) throw new Error('HAProxy does not have the server orders-1');
    return first;
  };
  return { application, stateOf };
}
