import { Client, Server, ServerCredentials, credentials } from '@grpc/grpc-js';
import type { ModuleMetadata } from '@nestjs/common';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { GrpcIndicator, type GrpcIndicatorOptions } from 'nest-vitals/grpc';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn, statusesIn } from '../../support/responses.js';
import { latch } from '../../support/latch.js';
import { moduleNamed } from '../../support/module-named.js';
import { freePort } from '../../support/servers/free-port.js';
import { type ServingStatusOf, startHealthServer } from '../../support/servers/grpc-health-server.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { refusalOf, startApplication } from '../../support/start-application.js';

const CLIENT = Symbol('client');
const SOON = { timeout: 10_000, interval: 20 };
const insecure = credentials.createInsecure();

async function serverThat(statusOf: ServingStatusOf): Promise<string> {
  const { server, port } = await startHealthServer(0, statusOf);
  onTestFinished(() => server.forceShutdown());
  return `127.0.0.1:${port}`;
}

function clientOf(url: string): Client {
  const client = new Client(url, insecure);
  onTestFinished(() => client.close());
  return client;
}

const root = (options: GrpcIndicatorOptions, rest: ModuleMetadata = {}): ModuleMetadata => ({
  imports: [HealthModule.forRoot({ defaults: { ttl: 0 } }), ...(rest.imports ?? [])],
  providers: [GrpcIndicator('orders', options)],
});

async function detailOf(options: GrpcIndicatorOptions): Promise<HealthCheckDetail | undefined> {
  const application = await startApplication('express', root({ timeout: 10_000, ...options }));
  return reportIn(await application.get('/health/orders')).details['orders'];
}

/** A test double with the used part, because the client of Nest needs a `.proto` file. */
function nestClientOf(...clients: Client[]) {
  const opened: string[] = [];
  class OrdersService extends Client {
    static readonly service = {};
  }
  return {
    opened,
    grpcClients: [{ Order: { format: 'a message', type: {} } }, { OrdersService }],
    getService: () => ({}),
    getClientByServiceName: (name: string) => {
      opened.push(name);
      return clients[0] ?? {};
    },
  };
}

describe('the client of a GrpcIndicator', () => {
  it('can be a client of the application, of Nest, or an address, with one connection', async () => {
    const url = await serverThat(() => 1);
    const client = clientOf(url);
    const nestClient = nestClientOf(client);
    const application = await startApplication('express', {
      imports: [
        HealthModule.forRoot({ defaults: { ttl: 0 } }),
        moduleNamed('OrdersModule', { providers: [{ provide: CLIENT, useValue: client }] }),
      ],
      providers: [
        GrpcIndicator('by_itself', { client }),
        GrpcIndicator('by_token', { client: CLIENT }),
        GrpcIndicator('of_nest', { client: nestClient }),
      ],
    });
    for (let probes = 0; probes < 5; probes += 1) {
      expect(statusesIn(await application.get('/health/ready'))).toEqual({
        by_itself: 'UP',
        by_token: 'UP',
        of_nest: 'UP',
      });
    }
    expect(new Set(nestClient.opened)).toEqual(new Set(['OrdersService']));
    expect(openSockets(Number(url.split(':')[1]))).toBe(1);
  });

  it('keeps one connection to an address, and closes it with the application', async () => {
    const url = await serverThat(() => 1);
    const port = Number(url.split(':')[1]);
    const application = await startApplication('express', root({ url }));
    for (let probes = 0; probes < 5; probes += 1) {
      expect((await application.get('/health/ready')).status).toBe(200);
      expect(openSockets(port)).toBe(1);
    }
    await application.app.close();
    await vi.waitFor(() => expect(openSockets(port)).toBe(0), SOON);
  });

  it('has one call in progress for each service, for all indicators', async () => {
    const requested: string[] = [];
    const url = await serverThat((service) => {
      requested.push(service);
      return null;
    });
    const client = clientOf(url);
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ defaults: { timeout: 300, ttl: 0 } })],
      providers: [
        GrpcIndicator('one', { client, service: 'orders' }),
        GrpcIndicator('other', { client, service: 'orders' }),
        GrpcIndicator('whole', { client }),
      ],
    });
    await Promise.all([1, 2, 3].map(() => application.get('/health/ready')));
    expect(requested.toSorted()).toEqual(['', 'orders']);
  });

  it('cancels a call that timed out, also on the server', async () => {
    const cancelled = latch<string>();
    const url = await serverThat((service, call) => {
      call.on('cancelled', () => cancelled.open(service));
      return null;
    });
    expect(await detailOf({ url, service: 'orders', timeout: 100 })).toMatchObject({
      status: 'DOWN',
      error: 'timed out after 100 ms',
    });
    expect(await cancelled.promise).toBe('orders');
  });
});

describe('the health that the server reports', () => {
  it.each([
    [1, 'UP', undefined, 'SERVING'],
    [2, 'DOWN', 'the server reports that it is not serving', 'NOT_SERVING'],
    [0, 'DOWN', 'the server does not report whether it is serving', 'UNKNOWN'],
    [3, 'DOWN', 'the server has no service "orders"', 'SERVICE_UNKNOWN'],
    [9, 'DOWN', 'the server does not report whether it is serving', 'UNRECOGNIZED'],
  ])('%s makes it %s', async (serving, status, error, servingStatus) => {
    const url = await serverThat(() => serving);
    const detail = await detailOf({ url, service: 'orders' });
    expect(detail?.status).toBe(status);
    expect(detail?.error).toBe(error);
    expect(detail?.data).toEqual({ service: 'orders', serving_status: servingStatus });
  });

  it('is the health of the whole server without a service', async () => {
    const detail = await detailOf({ url: await serverThat((service) => (service === '' ? 1 : 2)) });
    expect(detail?.data).toEqual({ serving_status: 'SERVING' });
  });

  it.each([
    ['orders', 'the server has no service "orders"'],
    ['', 'the server does not report a health for the whole server'],
  ])('is DOWN with a message when the server does not have the service "%s"', async (service, error) => {
    const detail = await detailOf({ url: await serverThat(() => undefined), service });
    expect(detail).toMatchObject({ status: 'DOWN', error, code: 'NOT_FOUND' });
  });

  it.each([
    [7, { status: 'DEGRADED', message: 'cannot check the server: the caller is not permitted to request its health' }],
    [16, { status: 'DOWN', error: 'the server refused the credentials', code: 'UNAUTHENTICATED' }],
  ])('is not UP with the status code %s', async (code, detail) => {
    const url = await serverThat((_service, call) => {
      call.emit('error', Object.assign(new Error('refused'), { code, details: 'refused' }));
      return null;
    });
    expect(await detailOf({ url })).toMatchObject(detail);
  });

  it('is DEGRADED when the server has no health service', async () => {
    const server = new Server();
    onTestFinished(() => server.forceShutdown());
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    expect(await detailOf({ url: `127.0.0.1:${port}` })).toMatchObject({
      status: 'DEGRADED',
      message: 'cannot check the server: it does not have the service grpc.health.v1.Health',
    });
  });

  it('is DOWN with the code of the error when no server listens', async () => {
    expect(await detailOf({ url: `127.0.0.1:${await freePort()}` })).toMatchObject({
      status: 'DOWN',
      error: 'connection refused',
      code: 'ECONNREFUSED',
    });
  });

  it("keeps the server's error text in the log", async () => {
    const url = await serverThat((_service, call) => {
      call.emit('error', Object.assign(new Error('hunter2'), { code: 8, details: 'quota of app:hunter2@db' }));
      return null;
    });
    const application = await startApplication('express', root({ url }));
    const response = await application.get('/health/deep');
    expect(reportIn(response).details['orders']).toMatchObject({
      status: 'DOWN',
      error: 'the call failed',
      code: 'RESOURCE_EXHAUSTED',
    });
    expect(response.text).not.toContain('hunter2');
  });
});

describe('a GrpcIndicator with a wrong option', () => {
  it.each([
    ['no option is set', {}, ', client: it is missing'],
    ['the options are missing', undefined as unknown as GrpcIndicatorOptions, ', client: it is missing'],
    ['client and url are set', { client: CLIENT, url: 'orders:50051' }, 'remove it, because "client" is given'],
    ['no client is provided', { client: CLIENT }, 'no module provides its client under the token Symbol(client)'],
    ['it is something else', { client: new Map() as never }, 'instead of a client of @grpc/grpc-js'],
    [
      'the client of Nest has no service',
      { client: { ...nestClientOf(), grpcClients: [{}] } },
      'or a client of Nest that has a service',
    ],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('GrpcIndicator("orders")');
    expect(String(error)).toContain(problem);
  });
});
