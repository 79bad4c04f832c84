import { type IncomingMessage, get } from 'node:http';
import { HealthModule, type HealthModuleOptions, type HealthResult, down, up } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { HealthManagement, HealthManagementModule } from 'nest-vitals/management';
import { memoryStore } from 'nest-vitals/stores/memory';
import { describe, expect, it } from 'vitest';
import type { PageUpdate } from '../../src/page/live/page-update.js';
import { EventStream, type StreamEvent } from '../support/event-stream.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

const isUpdate = ({ event }: StreamEvent): boolean => event === 'update';
const updateIn = ({ data }: StreamEvent): PageUpdate => JSON.parse(data) as PageUpdate;
const open = (port: number, headers?: Record<string, string>): Promise<EventStream> =>
  EventStream.open(`http://127.0.0.1:${port}/health/fleet?format=events`, headers);
const says = (stream: EventStream, words: string): Promise<StreamEvent> =>
  stream.find((event) => isUpdate(event) && JSON.stringify(updateIn(event).parts).includes(words));

describe.each(ADAPTERS)('the live updates of the fleet on %s', (adapter) => {
  const start = (health: HealthModuleOptions = {}, database: () => HealthResult = up): Promise<TestApplication> => {
    const service = { name: 'orders', version: '1.4.2', environment: 'test' };
    return startApplication(adapter, {
      imports: [
        HealthModule.forRoot({ service, ...health }),
        HealthFleetModule.forRoot({ store: memoryStore(), instance: 'one', heartbeat: 500 }),
        HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1' }),
      ],
      providers: [FakeIndicator('database', database, { ttl: 0 })],
    });
  };
  /** The main port, and the management port with its thread. */
  const portsOf = ({ app, port }: TestApplication): number[] => [port, app.get(HealthManagement).address?.port ?? 0];

  it('follow changes on the main port and on the management port', async () => {
    let result = up();
    const application = await start({}, () => result);
    const streams = await Promise.all(portsOf(application).map((port) => open(port)));
    for (const stream of streams) {
      expect([stream.statusCode, stream.headers['content-type'], stream.headers['cache-control']]).toStrictEqual([
        200,
        'text/event-stream; charset=utf-8',
        'no-store, no-transform',
      ]);
      await says(stream, '1 of 1 ready');
    }
    result = down('away');
    for (const stream of streams) {
      await says(stream, 'Not ready');
      expect(Object.keys(updateIn(stream.events.findLast(isUpdate) as StreamEvent).parts)).not.toContain('found');
    }
  });

  it('end when requests in flight are finished, and delay the shutdown no longer than balancers do', async () => {
    const application = await start({ shutdown: { delay: 1000, timeout: 60_000 } });
    const streams = await Promise.all(portsOf(application).map((port) => open(port)));
    for (const stream of streams) await says(stream, '1 of 1 ready');
    const closed = application.app.close();
    for (const stream of streams) {
      await says(stream, 'Draining');
      expect(await stream.ended).toBe(true);
      expect(stream.events.at(-1)?.event).toBe('bye');
    }
    await closed;
    expect(application.log.text).not.toContain('did not finish');
  });

  it('show the fleet only to callers with a key', async () => {
    const application = await start({ access: { apiKeys: 'operations-key' } });
    for (const port of portsOf(application)) {
      expect((await open(port)).statusCode).toBe(401);
      expect((await open(port, { 'x-health-key': 'operations-key' })).statusCode).toBe(200);
    }
  });

  it('continue for other clients while a client does not read, and the shutdown does not wait for it', async () => {
    let result = up();
    const application = await start({ shutdown: { timeout: 60_000 } }, () => result);
    const slow = await new Promise<IncomingMessage>((resolve, reject) => {
      const url = `http://127.0.0.1:${application.port}/health/fleet?format=events`;
      get(url, { agent: false }, resolve).on('error', reject);
    });
    slow.on('error', () => undefined);
    slow.pause();
    const stream = await open(application.port);
    await says(stream, '1 of 1 ready');
    result = down('away');
    await says(stream, 'Not ready');
    await application.app.close();
    expect(await stream.ended).toBe(true);
  });
});
