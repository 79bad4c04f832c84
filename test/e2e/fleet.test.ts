import { setImmediate } from 'node:timers/promises';
import type { Provider } from '@nestjs/common';
import { HealthModule, type HealthModuleOptions, type HealthResult, HealthService, down, up } from 'nest-vitals';
import { HttpIndicator } from 'nest-vitals/indicators';
import { HealthFleet, HealthFleetModule, type HealthFleetOptions, type FleetReport } from 'nest-vitals/fleet';
import { type MemoryStore, memoryStore } from 'nest-vitals/stores/memory';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { storeKey } from '../../src/stores/store-key.js';
import { latch, never } from '../support/latch.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { ADAPTERS, type TestApplication, createApplication, startApplication } from '../support/start-application.js';

interface Switch {
  result: HealthResult;
}

describe.each(ADAPTERS)('HealthFleetModule on %s', (adapter) => {
  const start = (
    store: MemoryStore,
    instance: string,
    {
      database = { result: up() },
      fleet = {},
      health = {},
    }: { database?: Switch; fleet?: Partial<HealthFleetOptions>; health?: HealthModuleOptions } = {},
  ): Promise<TestApplication> =>
    startApplication(adapter, {
      imports: [
        HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2', environment: 'test' }, ...health }),
        HealthFleetModule.forRoot({ store, instance, ...fleet }),
      ],
      providers: [FakeIndicator('database', () => database.result, { ttl: 0, shared: { quorum: 0.5, minPeers: 3 } })],
    });
  const reportOf = async (application: TestApplication): Promise<FleetReport> =>
    (await application.get('/health/fleet')).body as FleetReport;
  const instancesOf = (report: FleetReport): Record<string, string> =>
    Object.fromEntries(
      report.services.flatMap(({ instances }) => instances.map((each) => [each.instance, each.phase])),
    );

  it('shows on each instance all instances, and those that have left', async () => {
    const store = memoryStore();
    const one = await start(store, 'one');
    const two = await start(store, 'two');
    await vi.waitFor(async () => {
      expect(instancesOf(await reportOf(one))).toStrictEqual({ one: 'accepting', two: 'accepting' });
    });
    const report = await reportOf(two);
    expect(report).toMatchObject({
      status: 'UP',
      environment: 'test',
      store: { name: expect.any(String) as unknown, connected: true },
      services: [{ service: 'orders', ready: 2, present: 2, versions: { '1.4.2': 2 }, failing: {} }],
    });
    expect(one.app.get(HealthFleet).report().services).toMatchObject([{ service: 'orders', ready: 2 }]);

    await two.app.close();
    await vi.waitFor(async () => {
      expect(instancesOf(await reportOf(one))).toStrictEqual({ one: 'accepting', two: 'left' });
    });
  });

  /** An instance with a provider of the root module, whose hooks run after those of the fleet. */
  const createWith = (store: MemoryStore, instance: string, provider: Provider): Promise<TestApplication> =>
    createApplication(adapter, {
      imports: [
        HealthModule.forRoot({ service: { name: 'orders', environment: 'test' } }),
        HealthFleetModule.forRoot({ store, instance, heartbeat: 500 }),
      ],
      providers: [provider, FakeIndicator('database', () => up(), { ttl: 0 })],
    });

  it.each(['onModuleInit', 'onApplicationBootstrap'])('announces an instance while its %s takes long', async (hook) => {
    const store = memoryStore();
    const one = await start(store, 'one');
    const slow = latch();
    const two = await createWith(store, 'two', { provide: 'slow', useValue: { [hook]: () => slow.promise } });
    const listening = two.listen();
    const shownBy = async (): Promise<unknown> => (await reportOf(one)).services[0]?.instances[1];
    await vi.waitFor(async () => {
      expect(await shownBy()).toMatchObject({ instance: 'two', phase: 'starting', ready: 'OUT_OF_SERVICE' });
    });
    slow.open();
    await listening;
    await vi.waitFor(async () => expect(await shownBy()).toMatchObject({ phase: 'accepting', ready: 'UP' }));
  });

  it('never shows an instance whose start has failed as ready, and shows it as left when it is closed', async () => {
    const store = memoryStore();
    const one = await start(store, 'one');
    const broken = { onApplicationBootstrap: () => Promise.reject(new Error('the start has failed')) };
    const two = await createWith(store, 'two', { provide: 'broken', useValue: broken });
    await expect(two.listen()).rejects.toThrow('the start has failed');
    const phases = new Set<string | undefined>();
    const closed = new Promise((resolve) => setTimeout(resolve, 1000)).then(() => two.app.close());
    await vi.waitFor(
      async () => {
        const report = await reportOf(one);
        phases.add(instancesOf(report)['two']);
        expect(report.services[0]?.ready).toBe(1);
        expect(instancesOf(report)).toStrictEqual({ one: 'accepting', two: 'left' });
      },
      { timeout: 20_000 },
    );
    await closed;
    expect([...phases]).toStrictEqual(['starting', 'left']);
  });

  it('is not announced when the configuration is faulty', async () => {
    const store = memoryStore();
    const put = vi.spyOn(store, 'put');
    const faulty = FakeIndicator('database', () => up(), { ttl: -1 });
    await expect(
      startApplication(adapter, {
        imports: [HealthModule.forRoot(), HealthFleetModule.forRoot({ store, instance: 'one' })],
        providers: [faulty],
      }),
    ).rejects.toThrow('ttl');
    expect(put).not.toHaveBeenCalled();
  });

  it('waits in the shutdown until the store contains that the instance has left, if the store responds', async () => {
    const memory = memoryStore();
    const events: string[] = [];
    const store: MemoryStore = {
      ...memory,
      put: async (key, value, options) => {
        const isLeft = value.includes('"phase":"left"');
        // A store that takes two turns of the event loop for a write.
        if (isLeft) await setImmediate().then(() => setImmediate());
        await memory.put(key, value, options);
        if (isLeft) events.push('written');
      },
    };
    const { app } = await start(store, 'one');
    await app.close();
    events.push('closed');
    expect(events).toStrictEqual(['written', 'closed']);
  });

  it('ends the shutdown while the store does not respond', async () => {
    const memory = memoryStore();
    let isFrozen = false;
    const store: MemoryStore = {
      ...memory,
      put: (...entry) => (isFrozen ? never() : memory.put(...entry)),
    };
    const { app } = await start(store, 'one');
    isFrozen = true;
    await expect(app.close()).resolves.toBeUndefined();
  });

  it.each(['my staging', 'prod/eu:1'])('finds the instances of the environment %o', async (environment) => {
    const store = memoryStore();
    const health = { service: { name: 'orders', environment } };
    const one = await start(store, 'one', { health });
    await start(store, 'two', { health });
    await vi.waitFor(async () => {
      expect(instancesOf(await reportOf(one))).toStrictEqual({ one: 'accepting', two: 'accepting' });
    });
  });

  it('writes a change at once, with statuses and without errors or data', async () => {
    const store = memoryStore();
    const database: Switch = { result: up() };
    const one = await start(store, 'one');
    const two = await start(store, 'two', { database, fleet: { heartbeat: '1h' } });
    await two.get('/health/ready');
    database.result = down('password of admin', { secret: 'data' });
    await two.get('/health/ready');
    await vi.waitFor(async () => {
      const [service] = (await reportOf(one)).services;
      expect(service).toMatchObject({ ready: 1, failing: { database: 1 } });
    });
    const body = JSON.stringify(await reportOf(one));
    expect(body).not.toContain('password');
    expect(body).not.toContain('secret');

    two.health.refuseTraffic('maintenance');
    await vi.waitFor(async () => expect(instancesOf(await reportOf(one))['two']).toBe('refusing'));
  });

  it('responds 503 while fewer instances are ready than expected', async () => {
    const store = memoryStore();
    const one = await start(store, 'one', { fleet: { expected: { orders: 2, payments: 1 } } });
    await vi.waitFor(async () => {
      const response = await one.get('/health/fleet');
      expect(response.status).toBe(503);
      expect(response.body).toMatchObject({ status: 'DOWN', reason: 'orders: 1 of 2 ready, payments: 0 of 1 ready' });
    });
  });

  // The decision does not depend on the adapter, and this test takes seconds.
  it.runIf(adapter === 'express')(
    'keeps instances in rotation in a shared outage, and takes out an instance with a local fault',
    async () => {
      const store = memoryStore();
      const databases: Switch[] = Array.from({ length: 4 }, () => ({ result: up() }));
      const applications = await Promise.all(
        databases.map((database, index) => start(store, `pod-${index}`, { database, fleet: { heartbeat: 500 } })),
      );
      const codes = async (): Promise<number[]> =>
        Promise.all(applications.map(async (each) => (await each.get('/health/ready')).status));
      const [first] = applications;
      await vi.waitFor(async () => {
        expect(await codes()).toStrictEqual([200, 200, 200, 200]);
        expect((await reportOf(first as TestApplication)).services).toMatchObject([{ ready: 4 }]);
      });

      for (const database of databases) database.result = down('away');
      // Longer than the comparison lasts.
      const until = Date.now() + 4000;
      while (Date.now() < until) expect(await codes()).toStrictEqual([200, 200, 200, 200]);
      const report = await applications[0]?.health.report('ready');
      expect(report).toMatchObject({
        status: 'DEGRADED',
        details: { database: { status: 'DOWN', shared: 'shared outage: 4 of 4 instances' } },
      });

      for (const database of databases.slice(1)) database.result = up();
      await vi.waitFor(async () => expect(await codes()).toStrictEqual([503, 200, 200, 200]), { timeout: 15_000 });
    },
  );

  it('works alone without the store: the start, probes, the page and the shutdown', async () => {
    const store = memoryStore({ timeout: 60_000 });
    store.simulate('frozen');
    const one = await start(store, 'one');
    expect((await one.get('/health/ready')).status).toBe(200);
    expect(await reportOf(one)).toMatchObject({
      status: 'UP',
      store: { connected: false },
      services: [{ service: 'orders', ready: 1, instances: [{ instance: 'one', phase: 'accepting' }] }],
    });
    await one.app.close();
  });

  it('counts itself while the store is unavailable since the start, and says that the others are not known', async () => {
    const store = memoryStore();
    store.simulate('unavailable');
    const one = await start(store, 'one', { fleet: { expected: { orders: 1 } } });
    await one.get('/health/ready');
    const enough = await one.get('/health/fleet');
    expect([enough.status, enough.body]).toMatchObject([200, { status: 'UP', services: [{ ready: 1, present: 1 }] }]);
    expect((await one.get('/health/fleet?format=html')).text).toContain('Store unavailable');
    const two = await start(store, 'two', { fleet: { expected: { orders: 2 } } });
    await two.get('/health/ready');
    const response = await two.get('/health/fleet');
    expect(response.status).toBe(503);
    expect(response.body).toMatchObject({
      status: 'UNKNOWN',
      reason: 'memory store is unavailable: other instances are not known',
    });
    store.simulate(undefined);
    await vi.waitFor(async () => expect((await two.get('/health/fleet')).status).toBe(200), 10_000);
  });

  it('logs once that the store is unavailable, and once that it is connected again', async () => {
    const store = memoryStore();
    store.simulate('unavailable');
    const one = await start(store, 'one', { fleet: { heartbeat: 500 } });
    await vi.waitFor(() => expect(one.log.health('warn')).toHaveLength(1));
    expect(one.log.health('warn')).toStrictEqual([
      expect.stringContaining('Cannot announce this instance to the fleet'),
    ]);
    store.simulate(undefined);
    await vi.waitFor(() => expect(one.log.health().join('\n')).toContain('announced to the fleet again'));
  });

  it('runs an indicator with scope fleet on one instance, and takes over at its shutdown', async () => {
    const store = memoryStore();
    const callers: string[] = [];
    const record = (instance: string): HealthResult => {
      callers.push(instance);
      return up();
    };
    const startOne = (instance: string): Promise<TestApplication> =>
      startApplication(adapter, {
        imports: [
          HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2' } }),
          HealthFleetModule.forRoot({ store, instance }),
        ],
        providers: [FakeIndicator('rates', () => record(instance), { scope: 'fleet', ttl: '1s' })],
      });
    const one = await startOne('one');
    expect((await one.get('/health/ready')).status).toBe(200);
    const two = await startOne('two');
    await vi.waitFor(async () => {
      const { body } = await two.get('/health/deep');
      expect(body).toMatchObject({ details: { rates: { status: 'UP', data: { run_by: 'one' } } } });
    }, 5000);
    expect(one.log.health('warn')).toStrictEqual([]);

    await one.app.close();
    callers.length = 0;
    await vi.waitFor(() => expect(callers).toContain('two'), 5000);
  });

  it('requires the access of deep', async () => {
    const store = memoryStore();
    const one = await start(store, 'one', { health: { access: { apiKeys: 'operations-key' } } });
    expect((await one.get('/health/fleet')).status).toBe(401);
    expect((await one.get('/health/fleet', { 'x-health-key': 'operations-key' })).status).toBe(200);
  });

  it('is a page for a browser and JSON for other clients, with the same status code', async () => {
    const one = await start(memoryStore(), 'one', { fleet: { expected: { orders: 2 } } });
    const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const page = await one.get('/health/fleet', html);
    expect([page.status, page.headers['content-type']]).toStrictEqual([503, 'text/html; charset=utf-8']);
    expect(page.headers).toMatchObject({ vary: 'accept', 'cache-control': 'no-store' });
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'sha256-\S+'; style-src 'sha256-\S+'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'$/,
    );
    expect((await one.get('/health/fleet?format=html&q=zzz')).text).toContain('0 instances match');
    for (const [path, headers] of [
      ['?format=json', html],
      ['', { accept: '*/*' }],
      ['', {}],
    ] as const) {
      const json = await one.get(`/health/fleet${path}`, headers);
      expect(json.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', vary: 'accept' });
      expect([json.status, json.body]).toMatchObject([503, { status: 'DOWN' }]);
    }
    expect((await one.get('/health/fleet?format=text')).status).toBe(406);
  });

  it('sends a login challenge to a browser, and to no other caller', async () => {
    const one = await start(memoryStore(), 'one', { health: { access: { apiKeys: 'operations-key' } } });
    const browser = await one.get('/health/fleet', { accept: 'text/html' });
    expect([browser.status, browser.headers['www-authenticate']]).toStrictEqual([
      401,
      expect.stringMatching(/^Basic realm="health"/),
    ]);
    expect((await one.get('/health/fleet')).headers['www-authenticate']).toBe('Bearer realm="health"');
    const authorization = `Basic ${Buffer.from('me:operations-key').toString('base64')}`;
    expect((await one.get('/health/fleet', { accept: 'text/html', authorization })).text).toContain('<title>');
  });

  it('lists the services that an instance depends on, also while one does not respond', async () => {
    const payments = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ service: { name: 'payments-api' } })],
    });
    const store = memoryStore();
    const orders = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot({ service: { name: 'orders', environment: 'test' } }),
        HealthFleetModule.forRoot({ store, instance: 'one', heartbeat: 500 }),
      ],
      providers: [HttpIndicator('payments', { url: `http://127.0.0.1:${payments.port}/health/ready`, ttl: 0 })],
    });
    const known = async () => {
      const [service] = (await reportOf(orders)).services;
      return [service?.ready, service?.depends_on];
    };
    await vi.waitFor(async () => expect(await known()).toStrictEqual([1, ['payments-api']]), { timeout: 10_000 });
    await payments.app.close();
    await vi.waitFor(async () => expect(await known()).toStrictEqual([0, ['payments-api']]), { timeout: 10_000 });
  });

  it('omits an indicator that has not run', async () => {
    const store = memoryStore();
    const one = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot({ service: { name: 'orders', environment: 'test' } }),
        HealthFleetModule.forRoot({ store, instance: 'one', heartbeat: 500 }),
      ],
      providers: [
        FakeIndicator('database', () => down('away'), { critical: false }),
        FakeIndicator('diagnosis', () => down('away'), { probes: [] }),
      ],
    });
    const failing = async () => (await reportOf(one)).services[0]?.failing;
    await vi.waitFor(async () => expect(await failing()).toStrictEqual({ database: 1 }), { timeout: 10_000 });
    await one.get('/health/deep');
    await vi.waitFor(async () => expect(await failing()).toStrictEqual({ database: 1, diagnosis: 1 }));
  });

  it('separates environments, and refuses entries without the signature', async () => {
    const store = memoryStore();
    const secret = 'a secret of the fleet';
    const one = await start(store, 'one', { fleet: { secret } });
    await start(store, 'elsewhere', { health: { service: { name: 'orders', environment: 'staging' } } });
    await start(store, 'stranger');
    await vi.waitFor(async () => {
      const report = await reportOf(one);
      expect(instancesOf(report)).toStrictEqual({ one: 'accepting' });
      expect(report.refused).toMatchObject([{ because: 'it is not signed with the secret' }]);
    });
  });

  it('refuses a signed entry that was copied from another environment, and says why', async () => {
    const store = memoryStore();
    const secret = 'a secret of the fleet';
    const one = await start(store, 'one', { fleet: { secret } });
    const staging = { service: { name: 'orders', environment: 'staging' } };
    await start(store, 'two', { fleet: { secret }, health: staging });
    const copied = storeKey('fleet.test', 'orders', 'two');
    const value = await new Promise<string>((resolve) => {
      const receive = (_key: string, written: string): void => resolve(written);
      const end = store.watch('fleet.staging/', {
        snapshot: (entries) => entries.forEach((written, key) => receive(key, written)),
        put: receive,
        removed: () => undefined,
      });
      onTestFinished(end);
    });
    await store.put(copied, value);
    await vi.waitFor(async () => {
      const report = await reportOf(one);
      expect(report.refused).toStrictEqual([{ key: copied, because: 'it was written for another key' }]);
      expect(instancesOf(report)).toStrictEqual({ one: 'accepting' });
    });
    expect((await one.get('/health/fleet?format=html')).text).toContain('it was written for another key');
  });

  it('does not follow the store and has no endpoint with serve: false, unless an option needs the other instances', async () => {
    const store = memoryStore();
    const watch = vi.spyOn(store, 'watch');
    const following = (): unknown[] =>
      watch.mock.calls.map(([prefix]) => prefix).filter((prefix) => prefix === 'fleet.test/');
    const startWith = (options: { shared: boolean | { quorum: number } }, fleet: Partial<HealthFleetOptions> = {}) =>
      startApplication(adapter, {
        imports: [
          HealthModule.forRoot({ service: { name: 'orders', environment: 'test' } }),
          HealthFleetModule.forRoot({ store, instance: 'one', serve: false, ...fleet }),
        ],
        providers: [FakeIndicator('database', () => up(), options)],
      });
    const one = await startWith({ shared: true });
    expect((await one.get('/health/fleet')).status).toBe(404);
    expect(following()).toStrictEqual([]);
    const fleet = one.app.get(HealthFleet);
    await vi.waitFor(() => expect(fleet.report().services).toMatchObject([{ service: 'orders', present: 1 }]));
    expect(following()).toHaveLength(1);

    await startWith({ shared: { quorum: 0.5 } });
    expect(following()).toHaveLength(2);
    await startWith({ shared: false }, { maxUnready: 1 });
    expect(following()).toHaveLength(3);
  });

  it('receives outcomes only if an indicator has scope fleet, and from a client without a connection after the start', async () => {
    const store = memoryStore();
    const watch = vi.spyOn(store, 'watch');
    const following = (): unknown[] =>
      watch.mock.calls.map(([prefix]) => prefix).filter((prefix) => prefix.startsWith('fleet-outcomes.'));
    const startOne = (scope: 'instance' | 'fleet', atStart: () => void = () => undefined): Promise<TestApplication> =>
      startApplication(adapter, {
        imports: [
          HealthModule.forRoot({ service: { name: 'orders', environment: 'test' } }),
          HealthFleetModule.forRoot({ store, instance: 'one', serve: false }),
        ],
        providers: [
          FakeIndicator('database', () => up(), { scope }),
          { provide: 'hook', useValue: { onModuleInit: atStart } },
        ],
      });
    await startOne('instance');
    expect(following()).toStrictEqual([]);
    await startOne('fleet');
    expect(following()).toHaveLength(1);

    Object.defineProperty(store, 'isUnconnected', { value: true });
    await startOne('fleet', () => expect(following()).toHaveLength(1));
    expect(following()).toHaveLength(2);
  });

  it('calls the check of an indicator with scope fleet that is registered while the store is unavailable at once', async () => {
    const store = memoryStore();
    store.simulate('unavailable');
    const application = await start(store, 'one');
    application.app.get(HealthService).register('late', () => up(), { scope: 'fleet', timeout: '20s' });
    expect((await application.get('/health/late')).body).toMatchObject({ status: 'UP' });
  });

  it.each([
    ['service', 'x'.repeat(220), 'one'],
    ['service in another script', '注'.repeat(25), 'one'],
    ['instance', 'x'.repeat(120), '注'.repeat(15)],
  ])('refuses the name of the %s if no key of a store can contain it', async (_name, service, instance) => {
    const starting = startApplication(adapter, {
      imports: [
        HealthModule.forRoot({ service: { name: service, environment: 'test' } }),
        HealthFleetModule.forRoot({ store: memoryStore(), instance }),
      ],
    });
    await expect(starting).rejects.toThrow('the names of the service and the instance need a key of');
  });

  it('does nothing when it is not enabled', async () => {
    const store = memoryStore();
    const one = await start(store, 'one', { fleet: { enabled: false } });
    expect((await one.get('/health/fleet')).status).toBe(404);
  });

  it('refuses to start with faulty options, and lists each fault', async () => {
    const faulty = {
      store: {},
      instance: '',
      heartbeat: 5,
      expected: { orders: 0 },
      maxUnready: 1.5,
      secret: 'short',
      colour: 1,
    };
    await expect(
      startApplication(adapter, {
        imports: [HealthModule.forRoot(), HealthFleetModule.forRoot(faulty as unknown as HealthFleetOptions)],
      }),
    ).rejects.toThrow(
      /colour[^]*store[^]*instance[^]*heartbeat[^]*expected[^]*maxUnready[^]*secret: its value is not allowed \(the value is not shown/,
    );
    await expect(startApplication(adapter, { imports: [HealthModule.forRoot(), HealthFleetModule] })).rejects.toThrow(
      /HealthFleetModule/,
    );
    await expect(
      startApplication(adapter, { imports: [HealthFleetModule.forRoot({ store: memoryStore() })] }),
    ).rejects.toThrow(/HealthModule/);
  });
});
