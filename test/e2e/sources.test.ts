import { HealthModule, up } from 'nest-vitals';
import { type ConfigurationSource, HealthSources, HealthSourcesModule, storeSource } from 'nest-vitals/sources';
import { type MemoryStore, memoryStore } from 'nest-vitals/stores/memory';
import { describe, expect, it, vi } from 'vitest';
import { reportIn } from '../support/answers.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { never } from '../support/latch.js';
import { ADAPTERS, type AdapterName, type TestApplication, startApplication } from '../support/start-application.js';

const SOON = { timeout: 20_000, interval: 5 };
const PREFIX = 'config-orders/';

function start(adapter: AdapterName, store: MemoryStore, further: readonly string[] = []): Promise<TestApplication> {
  const sources = [PREFIX, ...further].map((prefix) => storeSource({ store, prefix }));
  return startApplication(adapter, {
    imports: [HealthModule.forRoot(), HealthSourcesModule.forRoot({ sources, bootTimeout: 300 })],
    providers: [FakeIndicator('stock', () => up()), FakeIndicator('hanging', () => never(), { timeout: 60_000 })],
  });
}

const put = (store: MemoryStore, indicator: string, options: unknown): Promise<void> =>
  store.put(`${PREFIX}${indicator}`, typeof options === 'string' ? options : JSON.stringify(options));

const linesOf = ({ log }: TestApplication): readonly string[] =>
  log.lines.map(({ text }) => text).filter((text) => text.startsWith('Health options'));

describe.each(ADAPTERS)('HealthSourcesModule on %s', (adapter) => {
  it('applies the options of the store before the first check, and each change of them', async () => {
    const store = memoryStore();
    await put(store, 'hanging', { timeout: 50, critical: false });
    const application = await start(adapter, store);
    const hanging = async () => reportIn(await application.get('/health/deep')).details['hanging'];
    expect(await hanging()).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT', error: 'timed out after 50 ms' });
    expect((await application.get('/health/ready')).status).toBe(200);
    await put(store, 'hanging', { enabled: false });
    await vi.waitFor(async () => expect(await hanging()).toMatchObject({ status: 'SKIPPED' }), SOON);
    await store.remove(`${PREFIX}hanging`);
    await vi.waitUntil(() => linesOf(application).length === 3, SOON);
    expect(linesOf(application)).toEqual([
      'Health options of hanging from the source memory store "config-orders/": timeout 50, critical false',
      'Health options of hanging from the source memory store "config-orders/": enabled false',
      'Health options of hanging from the source memory store "config-orders/": removed',
    ]);
    expect(application.app.get(HealthSources).state).toMatchObject([{ isConnected: true, options: {}, refused: {} }]);
  });

  it('refuses faulty options, logs the reason, and keeps the last valid ones', async () => {
    const store = memoryStore();
    await put(store, 'stock', { critical: false });
    const application = await start(adapter, store);
    const refusals: [unknown, string][] = [
      ['{', 'use a JSON object'],
      ['[1]', 'use a JSON object'],
      [{ timeout: -1 }, 'source memory store "config-orders/", stock, timeout: its value is -1'],
      [{ timout: 5 }, 'timout'],
      [{ probes: ['live'] }, 'it would add the indicator to "live"'],
      [{ initialDelay: 5 }, 'it cannot change while the application runs'],
      ['{"__proto__":{"timeout":5}}', '__proto__'],
    ];
    for (const [options, reason] of refusals) {
      await put(store, 'stock', options);
      await vi.waitUntil(() => linesOf(application).at(-1)?.includes(reason), SOON);
      // The same text again is not logged again.
      const { length } = linesOf(application);
      await put(store, 'stock', options);
      await put(store, 'hanging', { timeout: 60_000 + length });
      await vi.waitUntil(
        () =>
          linesOf(application)
            .at(-1)
            ?.includes(`timeout ${60_000 + length}`),
        SOON,
      );
      expect(linesOf(application)).toHaveLength(length + 1);
    }
    const [state] = application.app.get(HealthSources).state;
    expect(state?.options['stock']).toEqual({ critical: false });
    expect(Object.keys(state?.refused ?? {})).toEqual(['stock']);
    await put(store, 'stock', { critical: true });
    await vi.waitUntil(
      () => application.app.get(HealthSources).state[0]?.options['stock']?.['critical'] === true,
      SOON,
    );
    expect(application.app.get(HealthSources).state[0]?.refused).toEqual({});
  });

  it('gives precedence to the last source, and to an override over all sources', async () => {
    const store = memoryStore();
    await put(store, 'stock', { enabled: false, critical: false });
    await store.put('config-pod-1/stock', JSON.stringify({ enabled: true }));
    const application = await start(adapter, store, ['config-pod-1/']);
    const stock = async () => reportIn(await application.get('/health/deep')).details['stock'];
    expect(await stock()).toMatchObject({ status: 'UP' });
    application.health.override('stock', { enabled: false }, { reason: 'a test', expiresIn: '1h' });
    await put(store, 'stock', { enabled: true });
    await vi.waitUntil(() => linesOf(application).at(-1)?.includes('enabled true'), SOON);
    expect(await stock()).toMatchObject({ status: 'SKIPPED', override: { reason: 'a test' } });
    application.health.clear('stock');
    expect(await stock()).toMatchObject({ status: 'UP' });
  });

  it('starts while the store is away, logs that, and keeps the last options when it is away again', async () => {
    const store = memoryStore();
    await put(store, 'stock', { enabled: false });
    store.simulate('away');
    const application = await start(adapter, store);
    const stock = async () => reportIn(await application.get('/health/deep')).details['stock'];
    expect(await stock()).toMatchObject({ status: 'UP' });
    expect(linesOf(application)).toEqual([
      expect.stringContaining('the source memory store "config-orders/" is away, its last options stay: memory store:'),
      expect.stringContaining('have not arrived after 300 ms: memory store: following "config-orders/" failed'),
    ]);
    store.simulate(undefined);
    await vi.waitFor(async () => expect(await stock()).toMatchObject({ status: 'SKIPPED' }), SOON);
    store.loseData();
    store.simulate('away');
    await vi.waitUntil(() => !application.app.get(HealthSources).state[0]?.isConnected, SOON);
    expect(await stock()).toMatchObject({ status: 'SKIPPED' });
    store.simulate(undefined);
    await vi.waitFor(async () => expect(await stock()).toMatchObject({ status: 'UP' }), SOON);
  });

  it('applies the options of an indicator that is registered later', async () => {
    const store = memoryStore();
    await put(store, 'tenant.42', { enabled: false });
    const application = await start(adapter, store);
    expect(linesOf(application)).toEqual([expect.stringContaining('no such indicator is registered')]);
    application.health.register('tenant.42', () => up());
    await put(store, 'tenant.42', { enabled: false, ttl: 5 });
    await vi.waitFor(async () => {
      const { details } = reportIn(await application.get('/health/deep'));
      expect(details['tenant.42']).toMatchObject({ status: 'SKIPPED' });
    }, SOON);
  });
});

describe('HealthSourcesModule', () => {
  it('ends its watches when the application stops', async () => {
    const end = vi.fn<() => void>();
    const source: ConfigurationSource = {
      name: 'own',
      watch: (observer) => {
        observer.snapshot(new Map([['stock', '{"enabled":false}']]));
        return end;
      },
    };
    const application = await startApplication('express', {
      imports: [
        HealthModule.forRoot(),
        HealthSourcesModule.forRootAsync({ useFactory: () => ({ sources: [source] }) }),
      ],
      providers: [FakeIndicator('stock', () => up())],
    });
    expect(reportIn(await application.get('/health/deep')).details['stock']).toMatchObject({ status: 'SKIPPED' });
    expect(end).not.toHaveBeenCalled();
    await application.app.close();
    expect(end).toHaveBeenCalledTimes(1);
  });

  it.each([
    [{}, 'sources: it is missing'],
    [{ sources: [] }, 'use a list of sources'],
    [{ sources: [{}], bootTimeout: -1 }, 'bootTimeout'],
    [{ sources: [{ name: 'a', watch: () => undefined }], prefix: '' }, 'prefix'],
  ])('stops the boot for the options %j', async (options, problem) => {
    const imports = [HealthModule.forRoot(), HealthSourcesModule.forRoot(options as never)];
    await expect(startApplication('express', { imports })).rejects.toThrow(problem);
  });

  it('stops the boot without forRoot(), and without HealthModule', async () => {
    const bare = { imports: [HealthModule.forRoot(), HealthSourcesModule] };
    await expect(startApplication('express', bare)).rejects.toThrow('it is imported without forRoot()');
    const alone = { imports: [HealthSourcesModule.forRoot({ sources: [] })] };
    await expect(startApplication('express', alone)).rejects.toThrow('HealthModule is not imported');
  });

  it('refuses a source without a store or a prefix', () => {
    expect(() => storeSource({ prefix: 'a/' } as never)).toThrow('store: it is missing');
    expect(() => storeSource({ store: memoryStore(), prefix: 'a' })).toThrow('use a collection and a slash');
  });
});
