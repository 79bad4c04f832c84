import { type IncomingMessage, get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type { INestApplication } from '@nestjs/common';
import { HealthModule, type HealthModuleOptions, down, up } from 'nest-vitals';
import { type HealthDashboardOptions, HealthDashboardModule } from 'nest-vitals/dashboard';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { PageUpdate } from '../../../src/page/live/page-update.js';
import { EventStream, type StreamEvent } from '../../support/event-stream.js';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { isNightly } from '../../support/nightly.js';
import { haproxy } from '../../support/servers/haproxy.js';
import { nginx } from '../../support/servers/nginx.js';
import { PrivateServer, type ServerKind } from '../../support/servers/private-server.js';
import { ADAPTERS, type AdapterName, type TestApplication, startApplication } from '../../support/start-application.js';
import { isAvailable } from '../balancers/is-available.js';
import { compress } from './compression.js';

/** Milliseconds, longer than the test, so received data was not flushed by it. */
const NEVER = 600_000;
const BROWSER = { accept: 'text/html,*/*;q=0.8', 'accept-encoding': 'gzip' };
const isUpdate = ({ event }: StreamEvent): boolean => event === 'update';
const isBeat = ({ event }: StreamEvent): boolean => event === 'beat';

interface Start {
  readonly dashboard?: HealthDashboardOptions;
  readonly health?: HealthModuleOptions;
  readonly isCompressed?: boolean;
}

async function start(adapter: AdapterName, { dashboard, health, isCompressed = false }: Start = {}) {
  const payments = FakeIndicator('payments', () => up(), { ttl: 0 });
  const root = {
    imports: [
      HealthModule.forRoot({ service: { name: 'orders' }, ...health }),
      HealthDashboardModule.forRoot({ instance: 'host-1', refresh: false, heartbeat: NEVER, ...dashboard }),
    ],
    providers: [payments],
  };
  const prepare = (app: INestApplication): void => {
    if (isCompressed) app.use(compress);
  };
  return { application: await startApplication(adapter, root, { prepare }), payments };
}

async function portBefore(application: TestApplication, proxy: (upstream: number) => ServerKind): Promise<number> {
  const server = await PrivateServer.start(proxy(application.port));
  onTestFinished(() => server.stop());
  return server.port;
}

const open = (port: number): Promise<EventStream> =>
  EventStream.open(`http://127.0.0.1:${port}/health/events`, { 'accept-encoding': 'gzip' });

async function load(port: number, headers: Readonly<Record<string, string>> = {}, path = '/health/deep') {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { headers: { ...BROWSER, ...headers }, agent: false as const };
    get(`http://127.0.0.1:${port}${path}`, options, resolve).on('error', reject);
  });
  const bytes = await buffer(response);
  const isCompressed = response.headers['content-encoding'] === 'gzip';
  return { response, isCompressed, text: String(isCompressed ? gunzipSync(bytes) : bytes) };
}

/** A proxy that buffers delays this event until the end. */
async function tellsAtOnce(stream: EventStream, { application, payments }: Awaited<ReturnType<typeof start>>) {
  await stream.find(isUpdate);
  payments.behaviour = () => down('gone');
  await application.get('/health/payments');
  const { data } = await stream.find((event) => isUpdate(event) && event.data.includes('payments is Down'));
  expect((JSON.parse(data) as PageUpdate).announce).toEqual(['payments is Down: gone']);
}

/** A proxy does not depend on the adapter that responds, so only the nightly run has both adapters. */
const SOME_ADAPTERS = isNightly ? ADAPTERS : ADAPTERS.slice(0, 1);
const FROM_THE_GUIDE = ['proxy_http_version 1.1;', 'proxy_set_header Connection "";'];
const GZIP = ['gzip on;', 'gzip_proxied any;', 'gzip_min_length 0;', 'gzip_types text/event-stream;'];
const USUAL = ['timeout connect 1s', 'timeout client 30s', 'timeout server 30s'];
const COMPRESSION = ['compression algo gzip', 'compression type text/html text/event-stream'];

interface Case {
  readonly title: string;
  readonly proxy: (upstream: number) => ServerKind;
  /** Whether the proxy compresses the page, and the stream. */
  readonly compresses: readonly [page: boolean, stream: boolean];
  /** The same proxy with an idle timeout of two seconds. */
  readonly impatient: (upstream: number) => ServerKind;
  /** It passes events on in another way than the other proxies. Only the nightly run repeats the other tests for it. */
  readonly isVariant?: true;
}

const PROXIES: Readonly<Record<'nginx' | 'haproxy', readonly Case[]>> = {
  nginx: [
    {
      title: 'nginx as it is without a word more than proxy_pass',
      proxy: (upstream) => nginx(upstream, []),
      compresses: [false, false],
      impatient: (upstream) => nginx(upstream, ['proxy_read_timeout 2s;']),
    },
    {
      // It does not know `no-transform`, and passes on compressed data as soon as it has it.
      title: 'nginx as the guide has it, with gzip for the stream as well',
      proxy: (upstream) => nginx(upstream, [...FROM_THE_GUIDE, ...GZIP]),
      compresses: [true, true],
      impatient: (upstream) => nginx(upstream, [...FROM_THE_GUIDE, ...GZIP, 'proxy_read_timeout 2s;']),
      isVariant: true,
    },
  ],
  haproxy: [
    {
      title: 'HAProxy with usual timeouts',
      proxy: (upstream) => haproxy(upstream, USUAL),
      compresses: [false, false],
      impatient: (upstream) => haproxy(upstream, ['timeout connect 1s', 'timeout client 2s', 'timeout server 2s']),
    },
    {
      title: 'HAProxy with compression',
      proxy: (upstream) => haproxy(upstream, [...USUAL, ...COMPRESSION]),
      compresses: [true, false],
      impatient: (upstream) =>
        haproxy(upstream, ['timeout connect 1s', 'timeout client 2s', 'timeout server 2s', ...COMPRESSION]),
      isVariant: true,
    },
  ],
};

describe.each(['nginx', 'haproxy'] as const)('the page behind %s', (program) => {
  describe.runIf(isAvailable(program)).each(PROXIES[program])(
    '$title',
    ({ proxy, impatient, compresses, isVariant }) => {
      const isRepeated = isNightly || !isVariant;

      it.each(SOME_ADAPTERS)('delivers events of %s at once', async (adapter) => {
        const started = await start(adapter);
        const port = await portBefore(started.application, proxy);
        const page = await load(port);
        expect(page.text).toContain('<title>✓ Up · orders</title>');
        const stream = await open(port);
        expect(stream.statusCode).toBe(200);
        expect([page.isCompressed, stream.headers['content-encoding'] === 'gzip']).toEqual(compresses);
        await tellsAtOnce(stream, started);
      });

      it.runIf(isRepeated)('keeps the stream open beyond the idle timeout of the proxy by heartbeats', async () => {
        const { application } = await start('express', { dashboard: { heartbeat: 500 } });
        const stream = await open(await portBefore(application, impatient));
        // Three seconds of heartbeats. Without them, the stream is closed after two seconds.
        await expect.poll(() => stream.events.filter(isBeat).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(6);
      });

      it.runIf(isRepeated)('control: loses its stream without heartbeats, because the proxy closes it', async () => {
        const { application } = await start('express');
        const stream = await open(await portBefore(application, impatient));
        await stream.find(isUpdate);
        await stream.ended;
        expect(stream.events.map(({ event }) => event)).toEqual(['update']);
      });

      it.runIf(isRepeated)('requests the key from a browser, and serves page and stream with it', async () => {
        const { application } = await start('express', { health: { access: { apiKeys: 'sesame' } } });
        const port = await portBefore(application, proxy);
        const { response } = await load(port);
        expect([response.statusCode, response.headersDistinct['www-authenticate']]).toEqual([
          401,
          ['Basic realm="health", charset="UTF-8"', 'Bearer realm="health"'],
        ]);
        const authorization = `Basic ${Buffer.from('me:sesame').toString('base64')}`;
        expect((await load(port, { authorization })).text).toContain('host-1');
        const url = `http://127.0.0.1:${port}/health/events`;
        expect((await EventStream.open(url)).statusCode).toBe(401);
        const stream = await EventStream.open(url, { authorization });
        expect((await stream.find(isUpdate)).data).toContain('host-1');
      });

      it.runIf(isRepeated)('frees its place when it is closed', async () => {
        const { application } = await start('express', { dashboard: { maxClients: 1, heartbeat: 500 } });
        const port = await portBefore(application, proxy);
        const stream = await open(port);
        await stream.find(isUpdate);
        expect((await open(port)).statusCode).toBe(503);
        stream.hangUp();
        await expect.poll(async () => (await open(port)).statusCode, { timeout: 20_000 }).toBe(200);
      });

      it.runIf(isRepeated).each(SOME_ADAPTERS)(
        'ends its stream with a last event at a drain of %s',
        async (adapter) => {
          const { application } = await start(adapter, { health: { shutdown: { delay: 0, timeout: 60_000 } } });
          const stream = await open(await portBefore(application, proxy));
          await stream.find(isUpdate);
          const closed = application.app.close();
          expect(await stream.ended).toBe(true);
          expect(stream.events.at(-1)?.event).toBe('bye');
          await closed;
          expect(application.log.text).not.toContain('did not finish');
        },
      );
    },
  );
});

describe.runIf(isAvailable('nginx'))('the page behind nginx with another path and another password', () => {
  it('finds its stream, and gets access with the key that nginx adds', async () => {
    const { application } = await start('express', { health: { access: { apiKeys: 'sesame' } } });
    const directives = ['rewrite ^/orders(/.*)$ $1 break;', 'proxy_set_header X-Health-Key sesame;'];
    const port = await portBefore(application, (upstream) => nginx(upstream, directives));
    const headers = { authorization: `Basic ${Buffer.from('me:of-the-proxy').toString('base64')}` };
    const page = `http://127.0.0.1:${port}/orders/health/deep`;
    const { text } = await load(port, headers, new URL(page).pathname);
    const events = new URL(/data-events="([^"]*)"/.exec(text)?.[1] ?? '/none', page);
    expect(events.pathname).toBe('/orders/health/events');
    const stream = await EventStream.open(events.href, headers);
    expect((await stream.find(isUpdate)).data).toContain('host-1');
  });
});

describe.each(ADAPTERS)('the page of %s with compressing middleware', (adapter) => {
  it('is compressed, but its stream is not compressed and arrives at once', async () => {
    const started = await start(adapter, { isCompressed: true });
    const { port } = started.application;
    const page = await load(port);
    expect([page.isCompressed, page.text.includes('<title>✓ Up · orders</title>')]).toEqual([true, true]);
    const stream = await open(port);
    expect(stream.headers['content-encoding']).toBeUndefined();
    await tellsAtOnce(stream, started);
  });
});
