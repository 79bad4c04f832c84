import assert from 'node:assert';
import { once } from 'node:events';
import { Agent, type IncomingMessage, type RequestListener, type Server, createServer, get } from 'node:http';
import { createServer as createTlsServer, get as tlsGet } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Controller, Get, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Latch, latch } from '../../support/latch.js';
import { createCertificate } from '../../support/process-application/certificate.js';
import { type TestApplication, createApplication } from '../../support/start-application.js';

interface Application {
  readonly application: TestApplication;
  readonly held: Latch;
  readonly events: string[];
  /** The servers that the application itself closes in a shutdown hook, like in Nest's recipe. */
  readonly servers: Server[];
}

/** Nest's recipe for several servers: `app.init()`, then `createServer(express).listen()` for each. */
async function start(): Promise<Application> {
  const held = latch();
  const events: string[] = [];
  const servers: Server[] = [];
  @Controller()
  class OrdersController implements OnModuleDestroy, OnApplicationShutdown {
    @Get('held')
    async held(): Promise<string> {
      events.push('working');
      await held.promise;
      events.push('responded');
      return 'done';
    }

    @Get('order')
    order(): string {
      return 'order';
    }

    onModuleDestroy(): void {
      events.push('destroyed');
    }

    async onApplicationShutdown(): Promise<void> {
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve, reject) => {
              server.close((error) => (error ? reject(error) : resolve()));
            }),
        ),
      );
      events.push('closed');
    }
  }
  const application = await createApplication('express', {
    imports: [HealthModule.forRoot()],
    controllers: [OrdersController],
  });
  await application.app.init();
  return { application, held, events, servers };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const expressOf = ({ application }: Application): RequestListener =>
  application.app.getHttpAdapter().getInstance() as RequestListener;

async function responseTo(request: ReturnType<typeof get>): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return response;
}

describe.each(['http', 'https'] as const)('a server of node:%s that the application opened itself', (kind) => {
  const open = (listener: RequestListener): Server =>
    kind === 'http' ? createServer(listener) : createTlsServer(createCertificate(), listener);
  const ask = (port: number, path: string, agent?: Agent): ReturnType<typeof get> => {
    const options = { host: '127.0.0.1', port, path, ...(agent && { agent }) };
    return kind === 'http' ? get(options) : tlsGet({ ...options, rejectUnauthorized: false });
  };

  it('delays the drain for its requests in flight, and is closed before modules are destroyed', async () => {
    const started = await start();
    const { application, held, events, servers } = started;
    const server = open(expressOf(started));
    servers.push(server);
    const port = await listen(server);
    const response = responseTo(ask(port, '/held'));
    await vi.waitFor(() => expect(events).toEqual(['working']));

    const closed = application.app.close();
    const ready = await responseTo(ask(port, '/health/ready'));
    expect(ready.statusCode).toBe(503);
    expect(ready.headers.connection).toBe('close');
    held.open();

    expect((await response).statusCode).toBe(200);
    await closed;
    expect(events).toEqual(['working', 'responded', 'destroyed', 'closed']);
  });

  it('is drained also when its first connection arrives during the drain', async () => {
    const started = await start();
    const { application, held, events, servers } = started;
    const server = open(expressOf(started));
    servers.push(server);
    const port = await listen(server);
    const work = application.health.delayShutdown('report');

    const closed = application.app.close();
    const response = responseTo(ask(port, '/held'));
    await vi.waitFor(() => expect(events).toEqual(['working']));
    work.done();
    held.open();

    expect((await response).statusCode).toBe(200);
    await closed;
    expect(events).toEqual(['working', 'responded', 'destroyed', 'closed']);
  });
});

it('the drain closes the idle connections of a server that the application opened itself', async () => {
  const started = await start();
  const server = createServer(expressOf(started));
  const port = await listen(server);
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const request = get({ host: '127.0.0.1', port, path: '/order', agent });
  await responseTo(request);
  const { socket } = request;
  assert(socket);
  const closed = once(socket, 'close');

  await started.application.app.close();
  await closed;
  expect(started.application.log.health('log')).toContainEqual('Closed 1 idle and 0 silent connections');
});

it('the drain ignores the servers of other applications in the process', async () => {
  const [one, other] = [await start(), await start()];
  const port = await listen(createServer(expressOf(other)));
  const plain = await listen(createServer((_request, response) => response.end('metrics')));
  for (const each of [port, plain])
    expect((await responseTo(get({ host: '127.0.0.1', port: each, path: '/order' }))).statusCode).toBe(200);

  await one.application.app.close();
  for (const each of [port, plain])
    expect((await responseTo(get({ host: '127.0.0.1', port: each, path: '/order' }))).statusCode).toBe(200);
});
