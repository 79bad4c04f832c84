import { HealthModule, type HealthModuleOptions, down, up } from 'nest-vitals';
import { HealthFleet, HealthFleetModule, type HealthFleetOptions, type FleetReport } from 'nest-vitals/fleet';
import { type HealthStore, memoryStore, storeKey } from 'nest-vitals/stores/memory';
import type { Response } from 'supertest';
import { describe, expect, it, vi } from 'vitest';
import { writeEntry } from '../../src/fleet/fleet-entry.js';
import { FLEET_SCHEMAS } from '../../src/fleet/fleet-schema.js';
import { ApiDocument } from '../support/api-document.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { ADAPTERS, type TestApplication, createApplication } from '../support/start-application.js';

const PATH = '/health/fleet';
const PATIENCE = { timeout: 20_000 };
const COLLECTION = storeKey('fleet.test');

/** The names of all properties, at any depth. */
function propertiesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...propertiesIn(inner)]);
}

/** The status line, the headers and the first event of the stream. */
async function firstEvent({ port }: TestApplication): Promise<Response> {
  const response = await fetch(`http://127.0.0.1:${port}${PATH}?format=events`);
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  const headers = Object.fromEntries(response.headers);
  return { status: response.status, headers, text: new TextDecoder().decode(value) } as unknown as Response;
}

describe.each(ADAPTERS)('the API description of the fleet on %s', (adapter) => {
  const create = (
    store: HealthStore,
    fleet: Partial<HealthFleetOptions> = {},
    { behaviour = () => up(), health = {} }: { behaviour?: () => unknown; health?: HealthModuleOptions } = {},
  ): Promise<TestApplication> =>
    createApplication(adapter, {
      imports: [
        HealthModule.forRoot({
          service: { name: 'orders', version: '1.4.2', environment: 'test', commit: '59ef241' },
          ...health,
        }),
        HealthFleetModule.forRoot({ store, instance: 'one', heartbeat: 500, ...fleet }),
      ],
      providers: [FakeIndicator('database', behaviour, { ttl: 0 })],
    });

  it.each(['3.0.0', '3.1.0'])('is valid OpenAPI %s, before the application is initialised', async (version) => {
    const { app } = await create(memoryStore());
    const api = ApiDocument.of(app, version);
    expect(await api.errors()).toBeUndefined();
    expect(api.schemas).toEqual(expect.arrayContaining(Object.keys(FLEET_SCHEMAS)));
    const { parameters, responses } = api.operation(PATH);
    expect(parameters.map(({ name }) => name)).toEqual(['format', 'q', 'pause']);
    expect(parameters[0]?.schema.enum).toEqual(['json', 'html', 'events']);
    expect(Object.keys(responses)).toEqual(['200', '406', '503']);
  });

  it('describes every property of the JSON, and no other', async () => {
    const store = memoryStore();
    let isWritable = true;
    const ownStore: HealthStore = {
      ...store,
      put: async (key, value, options) => {
        if (!isWritable) throw new Error('the disk is full');
        await store.put(key, value, options);
      },
    };
    const application = await create(ownStore, { expected: { orders: 1, billing: 2 } });
    const api = ApiDocument.of(application.app);
    await application.listen();
    const seen = new Set<string>();
    const read = async (): Promise<FleetReport> => {
      const response = await application.get(PATH);
      expect(api.mistakesIn(PATH, response)).toEqual([]);
      for (const name of propertiesIn(response.body)) seen.add(name);
      return response.body as FleetReport;
    };
    await vi.waitFor(async () => expect((await read()).services).toMatchObject([{}, { ready: 1 }]), PATIENCE);

    const entry = {
      service: 'payments',
      instance: 'silent',
      beat: 1,
      heartbeat: 100,
      version: '2.0.0',
      commit: '0a1b2c3',
      phase: 'accepting',
      phaseFor: 10,
      ready: 'DOWN',
      readyFor: 10,
      wasReady: true,
      // More indicators than the response lists.
      checks: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`check-${index}`, 'DOWN' as const])),
      checksFor: { 'check-0': 10 },
      live: 'DOWN',
      liveFor: 10,
      dependsOn: ['ledger'],
    } as const;
    const kinds = ({ events }: FleetReport): string[] => events.map(({ kind }) => kind);
    let starts = 0;
    // The first state that a process knows is not a change, so the process must see a second start.
    await vi.waitFor(async () => {
      const key = storeKey(COLLECTION, 'payments', 'silent');
      await store.put(key, writeEntry(key, { ...entry, boot: String((starts += 1)) }, undefined));
      expect(kinds(await read())).toContain('restarted');
    }, PATIENCE);
    // One more than the response lists.
    for (let index = 0; index < 21; index += 1) {
      await store.put(storeKey(COLLECTION, 'payments', `malformed-${index}`), '{}');
    }
    await vi.waitFor(async () => {
      const { services, refused, refused_more: refusedMore } = await read();
      expect(services[2]?.instances).toMatchObject([{ phase: 'lost', attention: { 'check-0': 'DOWN' } }]);
      expect([refused?.length, refusedMore]).toEqual([20, 1]);
    }, PATIENCE);

    isWritable = false;
    await vi.waitFor(async () => expect((await read()).store.write_error).toContain('full'), PATIENCE);
    store.simulate('unavailable');
    await vi.waitFor(async () => {
      const report = await read();
      const { store: connection } = report;
      expect(connection).toMatchObject({ connected: false, error: expect.any(String) as unknown });
      expect(kinds(report)).toContain('store disconnected');
    }, PATIENCE);

    const described = Object.values(FLEET_SCHEMAS).flatMap(({ properties = {} }) => Object.keys(properties));
    expect(described.filter((name) => !seen.has(name))).toEqual([]);

    const response = await application.get(PATH);
    const body = response.body as FleetReport;
    for (const wrong of [
      { ...body, timestamp: undefined },
      { ...body, colour: 'red' },
      { ...body, services: [{ ...body.services[0], instances: [{ phase: 'accepting' }] }] },
      { ...body, events: [{ at: body.timestamp, kind: 'unheard of' }] },
    ]) {
      const changed = { status: response.status, headers: response.headers, text: JSON.stringify(wrong) };
      expect(api.mistakesIn(PATH, changed as unknown as Response)).toHaveLength(1);
    }
  });

  it('describes the responses in each format', async () => {
    const store = memoryStore();
    let result = up();
    const application = await create(store, { expected: { orders: 1 } }, { behaviour: () => result });
    const api = ApiDocument.of(application.app);
    await application.listen();
    const mistakes = async (): Promise<string[]> => {
      const responses = [await application.get(PATH), await firstEvent(application)];
      for (const query of ['?format=json', '?format=html', '?format=html&q=one', '?format=html&pause', '?format=text'])
        responses.push(await application.get(`${PATH}${query}`), await application.head(`${PATH}${query}`));
      responses.push(await application.head(`${PATH}?format=events`));
      return responses.flatMap((response) => api.mistakesIn(PATH, response));
    };
    const waitFor = (status: number) =>
      vi.waitFor(async () => expect((await application.get(PATH)).status).toBe(status), PATIENCE);
    await waitFor(200);
    expect(await mistakes()).toEqual([]);
    result = down('away');
    await application.get('/health/ready');
    await waitFor(503);
    expect(await mistakes()).toEqual([]);
    await application.app.get(HealthFleet).stop();
    expect(api.mistakesIn(PATH, await application.get(`${PATH}?format=events`))).toEqual([]);
    expect(api.missingResponses.filter((place) => place.startsWith(PATH))).toEqual([]);
  });

  it('describes the responses to unauthenticated callers', async () => {
    const health = { access: { apiKeys: 'operations-key' }, rateLimit: { failedKeys: '2/1h' } } as const;
    const application = await create(memoryStore(), {}, { health });
    const api = ApiDocument.of(application.app);
    await application.listen();
    expect(Object.keys(api.operation(PATH).responses)).toEqual(['200', '401', '406', '429', '503']);
    expect(api.operation(PATH).parameters.map(({ name }) => name)).toContain('X-Health-Key');
    const statuses = new Set<number>();
    for (const headers of [{ 'x-health-key': 'operations-key' }, {}, { accept: 'text/html' }]) {
      const response = await application.get(PATH, headers);
      expect(api.mistakesIn(PATH, response)).toEqual([]);
      statuses.add(response.status);
    }
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const response = await application.get(PATH, { 'x-health-key': 'wrong' });
      expect(api.mistakesIn(PATH, response)).toEqual([]);
      statuses.add(response.status);
    }
    expect(statuses).toEqual(new Set([200, 401, 429]));
  });

  it.each([{ serve: false }, { enabled: false }])('is left out of the document with %o', async (fleet) => {
    const { app } = await create(memoryStore(), fleet);
    const { paths, schemas } = ApiDocument.of(app);
    expect(paths).not.toContain(PATH);
    expect(schemas.filter((name) => name.startsWith('HealthFleet'))).toEqual([]);
  });
});
