import { HealthModule, up } from 'nest-vitals';
import {
  type ConfigurationObserver,
  type ConfigurationSource,
  HealthSources,
  HealthSourcesModule,
  storeSource,
} from 'nest-vitals/sources';
import { type MemoryStore, memoryStore, storeKey } from 'nest-vitals/stores/memory';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { reportIn } from '../support/responses.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { never } from '../support/latch.js';
import { passTimeUntil, passTimeUntilPasses, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type AdapterName, type TestApplication, startApplication } from '../support/start-application.js';

const PREFIX = 'config/orders/';
const NAME = 'memory store "config/"';

interface Setting {
  readonly flat?: string;
  /** Whether the check of `hanging` ends. Default: true. */
  readonly ends?: boolean;
  readonly access?: { readonly apiKeys: readonly string[] };
}

function start(
  adapter: AdapterName,
  store: MemoryStore,
  { flat, ends = true, access }: Setting = {},
): Promise<TestApplication> {
  const own = storeSource({ store, prefix: 'config/' });
  const sources = flat === undefined ? [own] : [storeSource({ store, prefix: flat, flat: true }), own];
  const starting = startApplication(adapter, {
    imports: [
      HealthModule.forRoot({ service: { name: 'orders' }, ...(access && { access }) }),
      HealthSourcesModule.forRoot({ sources, bootTimeout: 300, instance: 'pod:7' }),
    ],
    providers: [
      FakeIndicator('stock', () => up()),
      FakeIndicator('hanging', () => (ends ? up() : never()), { timeout: 60_000 }),
      FakeIndicator('database/primary', () => up()),
    ],
  });
  return passTimeUntil(starting);
}

const put = (store: MemoryStore, entry: string, options: unknown): Promise<void> =>
  store.put(`${PREFIX}${entry}`, typeof options === 'string' ? options : JSON.stringify(options));

const linesOf = ({ log }: TestApplication): readonly string[] =>
  log.lines.map(({ text }) => text).filter((text) => text.startsWith('Health options'));

const detailOf = async (application: TestApplication, indicator: string) =>
  reportIn(await passTimeUntil(application.get('/health/deep'))).details[indicator];

const sourcesIn = async (application: TestApplication) =>
  reportIn(await passTimeUntil(application.get('/health/deep'))).sources;

const stateOf = ({ app }: TestApplication) => app.get(HealthSources).state[0];

describe.each(ADAPTERS)('HealthSourcesModule on %s', (adapter) => {
  beforeEach(stopClock);

  it('applies the options of the store before the first check, and each change of them', async () => {
    const store = memoryStore();
    await put(store, 'hanging', { timeout: 50, critical: false });
    const application = await start(adapter, store, { ends: false });
    expect(await detailOf(application, 'hanging')).toMatchObject({
      status: 'DOWN',
      code: 'ETIMEDOUT',
      error: 'timed out after 50 ms',
      source: { options: { timeout: 50, critical: false } },
    });
    expect((await passTimeUntil(application.get('/health/ready'))).status).toBe(200);
    await put(store, 'hanging', { enabled: false });
    await passTimeUntilPasses(async () =>
      expect(await detailOf(application, 'hanging')).toEqual({
        status: 'SKIPPED',
        message: 'disabled',
        source: { options: { enabled: false } },
      }),
    );
    await store.remove(`${PREFIX}hanging`);
    await passTimeUntilPasses(() => expect(linesOf(application)).toHaveLength(3));
    expect(linesOf(application)).toEqual([
      `Health options of hanging from the source ${NAME}: timeout 50, critical false`,
      `Health options of hanging from the source ${NAME}: enabled false`,
      `Health options of hanging from the source ${NAME}: removed`,
    ]);
    expect(stateOf(application)).toMatchObject({ isConnected: true, options: {}, refused: {} });
    expect(await detailOf(application, 'hanging')).not.toHaveProperty('source');
    expect(await sourcesIn(application)).toEqual([{ name: NAME, connected: true, since: expect.any(String) }]);
  });

  it('refuses faulty options, logs and shows the reason, and keeps the last valid ones', async () => {
    const store = memoryStore();
    await put(store, 'stock', { critical: false });
    const application = await start(adapter, store);
    const refusals: [unknown, string][] = [
      ['{', 'it is not a JSON object'],
      ['[1]', 'it is not a JSON object'],
      [{ timeout: -1 }, `source ${NAME}, stock, timeout: its value is -1`],
      [{ timout: 5 }, 'timout'],
      [{ probes: ['live'] }, 'it would add the indicator to "live"'],
      [{ initialDelay: 5 }, 'it cannot change while the application runs'],
      ['{"__proto__":{"timeout":5}}', '__proto__'],
    ];
    for (const [options, reason] of refusals) {
      await put(store, 'stock', options);
      await passTimeUntilPasses(() => expect(linesOf(application).at(-1)).toContain(reason));
      // The same text is not logged again.
      const { length } = linesOf(application);
      await put(store, 'stock', options);
      await put(store, 'hanging', { timeout: 60_000 + length });
      const change = `timeout ${60_000 + length}`;
      await passTimeUntilPasses(() => expect(linesOf(application).at(-1)).toContain(change));
      expect(linesOf(application)).toHaveLength(length + 1);
      expect(await detailOf(application, 'stock')).toMatchObject({
        status: 'UP',
        source: { options: { critical: false }, refused: [expect.stringContaining(reason)] },
      });
    }
    expect(await sourcesIn(application)).toMatchObject([{ connected: true, refused: 1 }]);
    expect(stateOf(application)?.options['stock']).toEqual({ critical: false });
    expect(Object.keys(stateOf(application)?.refused ?? {})).toEqual(['stock']);
    await put(store, 'stock', { critical: true });
    await passTimeUntilPasses(() => expect(stateOf(application)?.options['stock']).toMatchObject({ critical: true }));
    expect(stateOf(application)?.refused).toEqual({});
    expect(await detailOf(application, 'stock')).toMatchObject({ source: { options: { critical: true } } });
    expect((await sourcesIn(application))?.[0]).not.toHaveProperty('refused');
  });

  it('gives precedence to the instance over its service, and to the service over a flat prefix', async () => {
    const store = memoryStore();
    await store.put('config-all/stock', JSON.stringify({ enabled: false, critical: false, timeout: 100 }));
    await put(store, 'stock', { timeout: 200, ttl: 10 });
    await put(store, '_instances/pod=3A7/stock', { timeout: 300 });
    // Entries of another instance or another service have no effect, and do not count as unknown.
    await put(store, '_instances/pod-8/stock', { timeout: 400 });
    await store.put('config/payments/stock', JSON.stringify({ timeout: 500 }));
    const application = await start(adapter, store, { flat: 'config-all/' });
    const options = async () => (await detailOf(application, 'stock'))?.source?.options;
    expect(await options()).toEqual({ enabled: false, critical: false, timeout: 300, ttl: 10 });
    expect(linesOf(application)).toEqual([
      `Health options of stock from the source memory store "config-all/": enabled false, critical false, timeout 100`,
      `Health options of stock from the source ${NAME}: timeout 200, ttl 10`,
      `Health options of stock for the instance pod:7 from the source ${NAME}: timeout 300`,
    ]);
    await store.remove(`${PREFIX}_instances/pod=3A7/stock`);
    await passTimeUntilPasses(async () => expect(await options()).toMatchObject({ timeout: 200 }));
    await put(store, '_instances/pod=3A7/stock', { timeout: 0 });
    await passTimeUntilPasses(() => expect(linesOf(application).at(-1)).toContain('stock for this instance, timeout'));
    await store.remove(`${PREFIX}stock`);
    await passTimeUntilPasses(async () => expect(await options()).toMatchObject({ timeout: 100 }));
    await store.remove('config-all/stock');
    await store.remove(`${PREFIX}_instances/pod=3A7/stock`);
    await passTimeUntilPasses(async () => expect(await detailOf(application, 'stock')).not.toHaveProperty('source'));
    expect(await sourcesIn(application)).toMatchObject([{ connected: true }, { connected: true }]);
    expect((await sourcesIn(application))?.flatMap(({ refused = 0, unknown = 0 }) => [refused, unknown])).toEqual([
      0, 0, 0, 0,
    ]);
  });

  it('refuses a faulty entry also if another entry has precedence', async () => {
    const store = memoryStore();
    await put(store, '_instances/pod=3A7/stock', { enabled: true, probes: ['ready'] });
    const application = await start(adapter, store);
    const refused = async () => (await detailOf(application, 'stock'))?.source?.refused;
    for (const [options, reason] of [
      [{ enabled: 'no' }, 'stock, enabled: its value is "no"'],
      [{ probes: ['live'] }, 'it would add the indicator to "live"'],
    ] as const) {
      await put(store, 'stock', options);
      await passTimeUntilPasses(async () => expect(await refused()).toEqual([expect.stringContaining(reason)]));
    }
    await store.remove(`${PREFIX}_instances/pod=3A7/stock`);
    await passTimeUntilPasses(async () =>
      expect(await detailOf(application, 'stock')).not.toHaveProperty('source.options'),
    );
    expect(await refused()).toHaveLength(1);
  });

  it('distinguishes an instance from the composite of the same name', async () => {
    const store = memoryStore();
    await put(store, 'database/primary', { enabled: false });
    await put(store, '_instances/database/primary', { enabled: true });
    // Keys that belong to no indicator.
    await put(store, '_instances/pod=3A7', { enabled: false });
    await put(store, 'database=2Fprimary', { enabled: true });
    const application = await start(adapter, store);
    expect((await detailOf(application, 'database'))?.details).toMatchObject({
      primary: { status: 'SKIPPED', source: { options: { enabled: false } } },
    });
    expect(await sourcesIn(application)).toMatchObject([
      { unknown: 2, unknown_names: ['_instances/pod=3A7', 'database=2Fprimary'] },
    ]);
  });

  it('gives precedence to an override over all sources', async () => {
    const store = memoryStore();
    const application = await start(adapter, store);
    application.health.override('stock', { enabled: false }, { reason: 'a test', expiresIn: '1h' });
    await put(store, 'stock', { enabled: true });
    await passTimeUntilPasses(() => expect(linesOf(application).at(-1)).toContain('enabled true'));
    expect(await detailOf(application, 'stock')).toMatchObject({
      status: 'SKIPPED',
      override: { reason: 'a test' },
      source: { options: { enabled: true } },
    });
    application.health.clear('stock');
    expect(await detailOf(application, 'stock')).toMatchObject({
      status: 'UP',
      source: { options: { enabled: true } },
    });
  });

  it('starts while the store is unavailable, logs that, and keeps the last options in a later outage', async () => {
    const store = memoryStore();
    await put(store, 'stock', { enabled: false });
    store.simulate('unavailable');
    const application = await start(adapter, store);
    expect(await detailOf(application, 'stock')).toMatchObject({ status: 'UP' });
    expect(linesOf(application)).toEqual([
      expect.stringContaining(`the source ${NAME} is unavailable; its last valid options remain in use: memory store:`),
      expect.stringContaining('have not arrived after 300 ms: memory store: following "config/" failed'),
    ]);
    expect(await sourcesIn(application)).toMatchObject([
      { connected: false, since: expect.any(String), error: expect.stringContaining('memory store: following') },
    ]);
    store.simulate(undefined);
    await passTimeUntilPasses(async () =>
      expect(await detailOf(application, 'stock')).toMatchObject({ status: 'SKIPPED' }),
    );
    expect(await detailOf(application, 'stock')).not.toHaveProperty('source.unavailable_since');
    store.loseData();
    store.simulate('unavailable');
    await passTimeUntilPasses(() => expect(stateOf(application)?.isConnected).toBe(false));
    expect(await detailOf(application, 'stock')).toMatchObject({
      status: 'SKIPPED',
      source: { options: { enabled: false }, unavailable_since: expect.any(String) },
    });
    store.simulate(undefined);
    await passTimeUntilPasses(async () => expect(await detailOf(application, 'stock')).toMatchObject({ status: 'UP' }));
  });

  it('applies the options of an indicator that is registered later', async () => {
    const store = memoryStore();
    await put(store, 'tenant.42', { enabled: false });
    const application = await start(adapter, store);
    expect(linesOf(application)).toEqual([expect.stringContaining('no such indicator is registered')]);
    application.health.register('tenant.42', () => up());
    await put(store, 'tenant.42', { enabled: false, ttl: 5 });
    await passTimeUntilPasses(async () =>
      expect(await detailOf(application, 'tenant.42')).toMatchObject({ status: 'SKIPPED' }),
    );
  });

  it('lists entries without an indicator in one line, and limits the part of them that reports show', async () => {
    const store = memoryStore();
    for (let index = 0; index < 500; index += 1) await put(store, `unknown-${index}`, { ttl: 1 });
    const application = await start(adapter, store);
    expect(linesOf(application)).toEqual([
      expect.stringMatching(/^Health options of unknown-0, .*, unknown-4 and 495 more from the source/),
    ]);
    const [source] = (await sourcesIn(application)) ?? [];
    expect([source?.unknown, source?.unknown_names?.length]).toEqual([500, 10]);
    for (let index = 1; index < 500; index += 1) await store.remove(`${PREFIX}unknown-${index}`);
    await passTimeUntilPasses(() => expect(stateOf(application)?.unknown).toHaveLength(1));
  });

  it('shows sources to authenticated callers only, like an override', async () => {
    const store = memoryStore();
    await put(store, 'stock', { critical: false });
    await put(store, 'unknown-name', {});
    const key = 'a-key-of-the-test';
    const application = await start(adapter, store, { access: { apiKeys: [key] } });
    for (const path of ['/health/live', '/health/ready', '/health/startup', '/health']) {
      const { text } = await application.get(path);
      expect(text).not.toMatch(/source|unknown-name|config/);
    }
    for (const path of ['/health/deep', '/health/stock', '/health/ready']) {
      const report = reportIn(await application.get(path, { 'x-health-key': key }));
      expect(report).toMatchObject({ details: { stock: { source: { options: { critical: false } } } } });
      expect(report.sources).toMatchObject([{ name: NAME, unknown: 1 }]);
    }
  });
});

const OWN = { name: 'own', watch: (): void => undefined };

describe('HealthSourcesModule', () => {
  it('ends its watches when the application stops', async () => {
    const end = vi.fn<() => void>();
    const source: ConfigurationSource = {
      name: 'own',
      watch: (observer) => {
        observer.snapshot([{ indicator: 'stock', options: '{"enabled":false}' }]);
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
    expect(await detailOf(application, 'stock')).toMatchObject({ status: 'SKIPPED' });
    expect(end).not.toHaveBeenCalled();
    await application.app.close();
    expect(end).toHaveBeenCalledTimes(1);
  });

  it('has the same default name of the instance as the fleet', async () => {
    vi.stubEnv('HOSTNAME', 'pod-9');
    const store = memoryStore();
    await store.put(storeKey('config', 'orders', '_instances', `pod-9-${process.pid}`, 'stock'), '{"enabled":false}');
    const application = await startApplication('express', {
      imports: [
        HealthModule.forRoot({ service: { name: 'orders' } }),
        HealthSourcesModule.forRoot({ sources: [storeSource({ store, prefix: 'config/' })] }),
      ],
      providers: [FakeIndicator('stock', () => up())],
    });
    expect(await detailOf(application, 'stock')).toMatchObject({ status: 'SKIPPED' });
  });

  it('writes the name of the service as one segment of the key', async () => {
    const store = memoryStore();
    await store.put(storeKey('config', '@shop/orders', 'stock'), '{"enabled":false}');
    const application = await startApplication('express', {
      imports: [
        HealthModule.forRoot({ service: { name: '@shop/orders' } }),
        HealthSourcesModule.forRoot({ sources: [storeSource({ store, prefix: 'config/' })] }),
      ],
      providers: [FakeIndicator('stock', () => up())],
    });
    expect(await detailOf(application, 'stock')).toMatchObject({ status: 'SKIPPED' });
  });

  it.each([
    [{}, 'sources: it is missing'],
    [{ sources: [] }, 'use a list of sources'],
    [{ sources: [{}], bootTimeout: -1 }, 'bootTimeout'],
    [{ sources: [OWN], instance: ' ' }, 'instance'],
    [{ sources: [OWN], prefix: '' }, 'prefix'],
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
    const store = memoryStore();
    expect(() => storeSource({ prefix: 'a/' } as never)).toThrow('store: it is missing');
    expect(() => storeSource({ store } as never)).toThrow('prefix: it is missing');
    expect(() => storeSource({ store, prefix: 'a' })).toThrow('use a collection and a slash');
    expect(() => storeSource({ store, prefix: 'a/b' })).toThrow('segments that end with a slash');
    expect(() => storeSource({ store, prefix: '/' })).toThrow('use a collection and a slash');
    expect(() => storeSource({ store, prefix: 'a/', flat: 1 as never })).toThrow('flat');
  });

  it('refuses a service without a name, unless the prefix is flat', () => {
    const store = memoryStore();
    const observer = {} as ConfigurationObserver;
    const unnamed = { service: undefined, instance: 'pod-7' };
    expect(() => storeSource({ store, prefix: 'a/' }).watch(observer, unnamed)).toThrow(
      'set HealthModule.forRoot({ service: { name } }), or use storeSource({ flat: true })',
    );
    storeSource({ store, prefix: 'a/', flat: true }).watch(observer, unnamed)();
  });
});
