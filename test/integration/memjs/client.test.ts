import { type AddressInfo, type Socket, createServer } from 'node:net';
import type { ModuleMetadata } from '@nestjs/common';
import { Client } from 'memjs';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { MemJsIndicator, type MemJsIndicatorOptions } from 'nest-vitals/memjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { moduleNamed } from '../../support/module-named.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { startFaultProxy } from '../../support/servers/fault-proxy.js';
import { memcachedServer } from '../../support/servers/memcached.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

const MEMCACHED = Symbol('memcached');
/** No server listens on this port. */
const CLOSED_PORT = '127.0.0.1:1';
const SOON = { timeout: 10_000, interval: 20 };
const health = HealthModule.forRoot({ defaults: { ttl: 0, timeout: 20_000 }, deadline: 25_000 });

const root = (options: MemJsIndicatorOptions): ModuleMetadata => ({
  imports: [health],
  providers: [MemJsIndicator('cache', options)],
});

const detailOf = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['cache'];

function createClient(servers: string, options?: Parameters<typeof Client.create>[1]): Client {
  const client = Client.create(servers, options);
  onTestFinished(() => client.close());
  return client;
}

const socketOf = (client: Client): Socket | undefined => client.servers.map(({ _socket: socket }) => socket)[0];

describeWith(memcachedServer, 'the client of a MemJsIndicator', (server) => {
  const address = (port = server().port): string => `127.0.0.1:${port}`;

  it('can be passed itself, or be found by a token, and keeps its only connection', async () => {
    const client = createClient(address());
    const cache = moduleNamed('CacheModule', { providers: [{ provide: MEMCACHED, useValue: client }] });
    const application = await startApplication('express', {
      imports: [health, cache],
      providers: [MemJsIndicator('by_itself', { client }), MemJsIndicator('by_token', { client: MEMCACHED })],
    });
    await client.set('key', 'value', {});
    const socket = socketOf(client);
    const listeners = socket?.listenerCount('close');
    for (let probes = 0; probes < 20; probes += 1) {
      const response = await application.get('/health/ready');
      expect(statusesIn(response)).toEqual({ by_itself: 'UP', by_token: 'UP' });
    }
    expect(reportIn(await application.get('/health/deep')).details['by_token']?.data).toMatchObject({ items: 1 });
    expect(socketOf(client)).toBe(socket);
    expect(socket?.listenerCount('close')).toBe(listeners);
    expect(openSockets(server().port)).toBe(1);
  });

  it('is DEGRADED when one of its servers is stopped, and DOWN when all are stopped', async () => {
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        MemJsIndicator('one', { client: createClient(`${address()},${CLOSED_PORT}`), critical: false }),
        MemJsIndicator('all', { client: createClient(CLOSED_PORT) }),
      ],
    });
    const { details } = reportIn(await application.get('/health/deep'));
    expect(details['one']).toMatchObject({
      status: 'DEGRADED',
      message: `no response from ${CLOSED_PORT}`,
      data: { servers: 2, servers_up: 1 },
    });
    expect(details['all']).toMatchObject({ status: 'DOWN', error: 'connection refused', code: 'ECONNREFUSED' });
  });

  it('is DOWN when the client times out before the check, and closes the socket', async () => {
    const proxy = await startFaultProxy(server().port);
    onTestFinished(() => proxy.close());
    const client = createClient(address(proxy.port), { timeout: 0.1 });
    const application = await startApplication('express', root({ client }));
    expect(await detailOf(application)).toMatchObject({ status: 'UP' });
    proxy.silence();
    expect(await detailOf(application)).toMatchObject({ status: 'DOWN', error: 'timed out', code: 'ETIMEDOUT' });
    await vi.waitFor(() => expect(openSockets(proxy.port)).toBe(0), SOON);
    expect(await detailOf(application)).toMatchObject({ status: 'UP' });
    expect(openSockets(proxy.port)).toBe(1);
  });

  it('holds only the socket in use of a frozen server', async () => {
    const client = createClient(address(), { timeout: 0.1, conntimeout: 0.1 });
    const application = await startApplication('express', root({ client }));
    server().freeze();
    onTestFinished(() => server().thaw());
    // The system needs some time to stop a process.
    await vi.waitFor(async () => expect(await detailOf(application)).toMatchObject({ status: 'DOWN' }), SOON);
    for (let probes = 0; probes < 5; probes += 1) {
      expect(await detailOf(application)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
    }
    expect(openSockets(server().port)).toBeLessThanOrEqual(1);
  });

  it('is DOWN when the server closes the connection during a request, and UP at the next check', async () => {
    let requests = 0;
    const rude = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .on('data', () => {
          requests += 1;
          socket.end();
        });
    });
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void rude.close());
    // The client never calls the callback in this case, and its own timeout is much later.
    const client = createClient(address((rude.address() as AddressInfo).port), { timeout: 3600 });
    const application = await startApplication('express', root({ client }));
    for (const sent of [1, 2]) {
      expect(await detailOf(application)).toMatchObject({ status: 'DOWN', error: 'connection reset' });
      expect(requests).toBe(sent);
    }
  });
});

describe('a MemJsIndicator without a client', () => {
  it.each([
    ['none is named', {} as MemJsIndicatorOptions, 'it is missing'],
    ['none is provided', { client: MEMCACHED }, 'no module provides its client under the token Symbol(memcached)'],
    ['it is something else', { client: new Map() as never }, 'its client is an object instead of a Client of memjs'],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('MemJsIndicator("cache")');
    expect(String(error)).toContain(problem);
  });
});
