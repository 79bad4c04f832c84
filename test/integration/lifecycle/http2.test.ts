import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import http2 from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { Controller, Get, Module, type OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { HealthModule, type HealthModuleOptions, HealthService } from 'nest-vitals';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { REQUESTS_IN_FLIGHT, type RequestsInFlight } from '../../../src/extension/requests-in-flight.js';
import { CapturedLog } from '../../support/captured-log.js';
import { type Latch, latch } from '../../support/latch.js';
import { createCertificate } from '../../support/process-application/certificate.js';

interface Started {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly log: CapturedLog;
  readonly held: Latch;
  /** The events in the application, in order. */
  readonly events: string[];
}

async function start(isSecure: boolean, timeout = 10_000, options: HealthModuleOptions = {}): Promise<Started> {
  const held = latch();
  const events: string[] = [];
  @Controller()
  class OrdersController implements OnModuleDestroy {
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
  }
  @Module({ imports: [HealthModule.forRoot({ shutdown: { timeout }, ...options })], controllers: [OrdersController] })
  class Http2Module {}
  const log = new CapturedLog();
  const adapter = isSecure
    ? new FastifyAdapter({ http2: true, https: { ...createCertificate(), allowHTTP1: true } })
    : new FastifyAdapter({ http2: true });
  const app = await NestFactory.create<NestFastifyApplication>(Http2Module, adapter, { logger: log });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return { app, url: `${isSecure ? 'https' : 'http'}://127.0.0.1:${port}`, log, held, events };
}

class Client {
  readonly session: http2.ClientHttp2Session;
  goaways = 0;

  constructor(url: string) {
    this.session = http2.connect(url, { rejectUnauthorized: false });
    this.session.on('goaway', () => (this.goaways += 1));
    onTestFinished(() => this.session.destroy());
  }

  async headers(path: string, accept: string): Promise<http2.IncomingHttpHeaders> {
    const stream = this.session.request({ ':path': path, accept });
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
    await once(stream.resume(), 'close');
    return headers;
  }

  async get(path: string): Promise<{ readonly status: number; readonly body: string }> {
    const stream = this.session.request({ ':path': path });
    let body = '';
    stream.setEncoding('utf8').on('data', (part: string) => (body += part));
    let status: number | undefined;
    stream.on('response', (headers) => (status = headers[':status']));
    await once(stream, 'close');
    if (status === undefined) throw new Error('the stream was closed without a response');
    return { status, body };
  }
}

describe.each([
  ['without TLS', false],
  ['with TLS', true],
])('HTTP/2 %s', (_, isSecure) => {
  it('counts the streams in flight by their paths', async () => {
    const { app, url, held, events } = await start(isSecure);
    const inFlight = app.get<RequestsInFlight>(REQUESTS_IN_FLIGHT);
    const client = new Client(url);
    await client.get('/order');
    const response = client.get('/held?token=secret');
    await vi.waitFor(() => expect(events).toEqual(['working']));
    expect(inFlight((path) => path === '/held')).toBe(1);
    expect(inFlight((path) => path !== '/held')).toBe(0);
    held.open();
    await response;
    await vi.waitFor(() => expect(inFlight(() => true)).toBe(0));
  });

  it('sends the headers of a response, also those of a refusal', async () => {
    const { url } = await start(isSecure, undefined, { access: { apiKeys: 'a-key' } });
    const client = new Client(url);
    expect(await client.headers('/health/live?format=json', '*/*')).toMatchObject({
      ':status': 200,
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
      'content-length': '15',
      vary: 'accept',
      'x-health-status': 'UP',
    });
    expect(await client.headers('/health/deep', '*/*')).toMatchObject({
      ':status': 401,
      'www-authenticate': expect.stringContaining('Bearer realm="health"') as string,
    });
  });

  it('waits for a stream in flight before any provider is destroyed, without a warning', async () => {
    const { app, url, log, held, events } = await start(isSecure);
    const client = new Client(url);
    const response = client.get('/held');
    await vi.waitFor(() => expect(events).toEqual(['working']));

    const closed = app.close();
    await vi.waitFor(() => expect(app.get(HealthService).state).toBe('draining'));
    expect(await new Client(url).get('/health/ready')).toMatchObject({ status: 503 });
    held.open();

    expect(await response).toEqual({ status: 200, body: 'done' });
    await closed;
    expect(events).toEqual(['working', 'responded', 'destroyed']);
    expect(log.health('warn')).toEqual([]);
  });

  it('sends GOAWAY to an idle session at the start of the drain, and to a busy session after its last stream', async () => {
    const { app, url, held, events } = await start(isSecure);
    const [idle, busy] = [new Client(url), new Client(url)];
    await idle.get('/order');
    const response = busy.get('/held');
    await vi.waitFor(() => expect(events).toEqual(['working']));

    const closed = app.close();
    await vi.waitFor(() => expect(idle.goaways).toBeGreaterThan(0));
    expect(busy.goaways).toBe(0);
    expect(await busy.get('/order')).toEqual({ status: 200, body: 'order' });
    held.open();

    expect(await response).toMatchObject({ status: 200 });
    await vi.waitFor(() => expect(busy.goaways).toBeGreaterThan(0));
    await closed;
  });

  it('closes a session that never had a stream, and ends other streams at the limit', async () => {
    const { app, url, log, events } = await start(isSecure, 200);
    const [silent, busy] = [new Client(url), new Client(url)];
    await once(silent.session, 'connect');
    const response = busy.get('/held');
    const failure = response.catch((error: unknown) => error);
    await vi.waitFor(() => expect(events).toEqual(['working']));
    const silentClosed = once(silent.session, 'close');

    await app.close();
    await silentClosed;
    expect(await failure).toBeInstanceOf(Error);
    expect(log.health('warn')).toEqual([expect.stringMatching(/within 200 ms: GET \/held \(for \d+ ms\)/)]);
  });
});

it('the drain waits for HTTP/1 requests on an HTTP/2 server, and closes their connections', async () => {
  const { app, url, held, events } = await start(true);
  const request = httpsRequest(`${url}/held`, { rejectUnauthorized: false }).end();
  const response = once(request, 'response');
  await vi.waitFor(() => expect(events).toEqual(['working']));

  const closed = app.close();
  await vi.waitFor(() => expect(app.get(HealthService).state).toBe('draining'));
  held.open();

  const [message] = (await response) as [IncomingMessage];
  expect(message.statusCode).toBe(200);
  expect(message.headers.connection).toBe('close');
  message.resume();
  await closed;
  expect(events).toEqual(['working', 'responded', 'destroyed']);
});
