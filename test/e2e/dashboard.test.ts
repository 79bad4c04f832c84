import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, get } from 'node:http';
import { connect } from 'node:net';
import type { ModuleMetadata } from '@nestjs/common';
import {
  HEALTH_MONITOR,
  HealthModule,
  type HealthModuleOptions,
  type HealthMonitor,
  degraded,
  down,
  skipped,
  up,
} from 'nest-vitals';
import { HttpIndicator } from 'nest-vitals/indicators';
import { type HealthDashboardOptions, HealthDashboardModule } from 'nest-vitals/dashboard';
import { describe, expect, it, onTestFinished } from 'vitest';
import { healthModuleMissing } from '../../src/errors/messages.js';
import type { PageUpdate } from '../../src/page/live/page-update.js';
import { type PartText, patched } from '../../src/page/live/patch.js';
import { stallOf } from '../support/event-loop-stall.js';
import { EventStream, type StreamEvent } from '../support/event-stream.js';
import { FakeIndicator, throwing } from '../support/fake-indicator.js';
import { faultsOf } from '../support/faults.js';
import { latch } from '../support/latch.js';
import {
  ADAPTERS,
  type AdapterName,
  type StartOptions,
  type TestApplication,
  startApplication,
} from '../support/start-application.js';

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const BROWSER = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'user-agent': 'Mozilla/5.0',
};
const refused = () => throwing(Object.assign(new Error('postgres://u:secret@db'), { code: 'ECONNREFUSED' }));

interface Start {
  readonly adapter: AdapterName;
  readonly providers?: NonNullable<ModuleMetadata['providers']>;
  readonly health?: HealthModuleOptions;
  readonly dashboard?: HealthDashboardOptions;
  readonly more?: StartOptions;
}

const rootOf = ({ providers = [], health = {}, dashboard = {} }: Start): ModuleMetadata => ({
  imports: [
    // The order does not matter.
    HealthDashboardModule.forRoot({ instance: 'host-1', refresh: false, ...dashboard }),
    HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2', environment: 'staging' }, ...health }),
  ],
  providers,
});
const start = (options: Start): Promise<TestApplication> =>
  startApplication(options.adapter, rootOf(options), options.more);
const open = ({ port }: TestApplication, headers?: Record<string, string>, path = '/health/events') =>
  EventStream.open(`http://127.0.0.1:${port}${path}`, headers);

const isUpdate = ({ event }: StreamEvent): boolean => event === 'update';
const updateIn = ({ data }: StreamEvent): PageUpdate => JSON.parse(data) as PageUpdate;
/** The first update of the page that matches. */
const updateWith = async (stream: EventStream, matches: (update: PageUpdate) => boolean): Promise<PageUpdate> =>
  updateIn(await stream.find((event) => isUpdate(event) && matches(updateIn(event))));
/** The visible text of HTML. */
const textOf = (markup: PartText = ''): string =>
  patched('', markup)
    .replaceAll(/<(style|script|title)[^>]*>.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

describe.each(ADAPTERS)('the page on %s', (adapter) => {
  const indicators = () => [
    FakeIndicator('database', () => up({ pool_used: 3 })),
    FakeIndicator('stock', () => degraded('30 s behind'), { critical: false }),
    FakeIndicator('payments', refused(), { tags: ['billing'] }),
    FakeIndicator('search', () => skipped('not here')),
  ];

  it('is at /health/deep for a browser, with the full report, while other clients get JSON', async () => {
    const application = await start({
      adapter,
      providers: indicators(),
      health: { groups: { billing: ['payments'] } },
    });
    const page = await application.get('/health/deep', BROWSER);
    expect(page.status).toBe(503);
    expect(page.headers).toMatchObject({ 'content-type': HTML, vary: 'accept', 'x-health-status': 'DOWN' });
    expect(page.headers['cache-control']).toBe('no-store');
    const text = textOf(page.text);
    for (const words of [
      'orders 1.4.2 staging host-1 started',
      '2 of 4 checks not up: payments, stock. 1 is skipped.',
      'traffic accepted live Up',
      'billing Down',
      'payments Down',
      'connection refused (ECONNREFUSED)',
      'not critical 30 s behind',
      'pool_used 3',
      'Failed runs in a row 1',
      'Unknown → Down',
    ]) {
      expect(text).toContain(words);
    }
    expect(page.text).not.toContain('secret');
    // Entries that need attention come first.
    expect([...page.text.matchAll(/<li id="c-([a-z]+)"/g)].map(([, name]) => name)).toEqual([
      'payments',
      'stock',
      'database',
      'search',
    ]);

    for (const accept of ['*/*', 'application/json', '', 'application/json, text/html;q=0.9']) {
      expect((await application.get('/health/deep', { accept })).headers['content-type']).toBe(JSON_TYPE);
    }
    for (const agent of ['kube-probe/1.31', 'curl/8.5.0']) {
      const { headers } = await application.get('/health/ready', { 'user-agent': agent, accept: '*/*' });
      expect(headers['content-type']).toBe(JSON_TYPE);
    }
  });

  it.each(['', '/live', '/ready', '/startup', '/deep', '/billing', '/stock'])(
    'at /health%s has the same status code as HTML and as JSON',
    async (path) => {
      const application = await start({
        adapter,
        providers: indicators(),
        health: { groups: { billing: ['payments'] } },
      });
      const json = await application.get(`/health${path}?format=json`);
      for (const html of [
        await application.get(`/health${path}?format=html`),
        await application.get(`/health${path}`, { accept: 'text/html' }),
        await application.head(`/health${path}`, BROWSER),
      ]) {
        expect([html.status, html.headers['content-type']]).toEqual([json.status, HTML]);
        expect(html.headers['content-security-policy']).toContain("default-src 'none'");
      }
    },
  );

  it('shows each group with the details that its view permits', async () => {
    const application = await start({ adapter, providers: indicators() });
    const live = textOf((await application.get('/health/live', BROWSER)).text);
    expect(live).toContain('live Up');
    expect(live).not.toContain('payments');
    const ready = textOf((await application.get('/health/ready', BROWSER)).text);
    expect(ready).toContain('payments Down');
    for (const hidden of ['connection refused', 'pool_used', '30 s behind', 'median', 'host-1']) {
      expect(ready).not.toContain(hidden);
    }
    expect(textOf((await application.get('/health/stock', BROWSER)).text)).toContain('30 s behind');
  });

  it('shows a stall of the event loop, and the code that blocked it in the full view only', async () => {
    for (const view of ['full', 'components'] as const) {
      const application = await start({ adapter, health: { access: { authorize: () => view } } });
      application.app.get<HealthMonitor>(HEALTH_MONITOR).recordStall({ ...stallOf(4200), startedAt: new Date() });
      const page = textOf((await application.get('/health/deep', BROWSER)).text);
      expect(page).toContain('event loop');
      expect(page).toContain('blocked for 4 s');
      expect(page.includes('in parseOrders (orders.service.ts:112)')).toBe(view === 'full');
    }
  });

  it('is also at /health/dashboard, with 200 for every status', async () => {
    const application = await start({ adapter, providers: indicators(), dashboard: { refresh: 1000 } });
    const page = await application.get('/health/dashboard');
    expect([page.status, page.headers['content-type']]).toEqual([200, HTML]);
    expect(textOf(page.text)).toContain('2 of 4 checks not up: payments, stock. 1 is skipped.');
    expect((await application.head('/health/dashboard')).status).toBe(200);
  });

  it('shows first that the application refuses traffic, even if every check passes', async () => {
    const application = await start({ adapter, providers: [FakeIndicator('database')] });
    application.health.refuseTraffic('maintenance');
    const { text, status } = await application.get('/health/deep', BROWSER);
    expect(status).toBe(200);
    expect(text).toContain('<title>– Up, no traffic · orders</title>');
    expect(textOf(text)).toMatch(/Up, no traffic .*Accepts no traffic for \d+ s ?: maintenance/);
    expect((await application.get('/health/live', BROWSER)).text).toContain('<title>✓ Up · Health</title>');
    application.health.acceptTraffic();
    expect((await application.get('/health/deep', BROWSER)).text).toContain('<title>✓ Up · orders</title>');
  });

  it.each([
    ['No indicators are registered', []],
    ['All checks are skipped', [FakeIndicator('search', () => skipped('not here'))]],
    ['The check is up.', [FakeIndicator('database')]],
    [
      '1 of 2 checks is up, 1 is skipped.',
      [FakeIndicator('database'), FakeIndicator('search', () => skipped('not here'))],
    ],
    ['All 2 checks are up.', [FakeIndicator('database'), FakeIndicator('stock')]],
  ])('summarises the state as a sentence: %s', async (words, providers) => {
    const application = await start({ adapter, providers });
    expect(textOf((await application.get('/health/deep', BROWSER)).text)).toContain(words);
  });

  it('runs no check with refresh: false', async () => {
    const database = FakeIndicator('database');
    const application = await start({ adapter, providers: [database] });
    expect(textOf((await application.get('/health/dashboard')).text)).toContain('database Unknown');
    const stream = await open(application);
    await stream.find(isUpdate);
    expect(database.runs).toHaveLength(0);
  });

  it('runs stale checks while it is open, once for all open pages', async () => {
    const database = FakeIndicator('database', () => down('gone'), { probes: [], ttl: 60_000 });
    const application = await start({ adapter, providers: [database], dashboard: { refresh: 1000 } });
    const streams = await Promise.all([open(application), open(application)]);
    for (const stream of streams) {
      await updateWith(stream, ({ parts }) => textOf(parts['c-database']).includes('gone'));
    }
    expect(database.runs).toHaveLength(1);
  });

  it('counts a connection once, however many requests are pipelined on it', async () => {
    const application = await start({ adapter, dashboard: { maxClients: 2 } });
    const socket = connect(application.port, '127.0.0.1');
    onTestFinished(() => {
      socket.destroy();
    });
    socket.write('GET /health/events HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20));
    await once(socket, 'data');
    // The requests were read together with the first one. Any later response comes after them.
    await application.get('/health/live');
    const stream = await open(application);
    expect(stream.statusCode).toBe(200);
    expect((await application.head('/health/events')).status).toBe(503);
    socket.destroy();
    await expect.poll(async () => (await application.head('/health/events')).status).toBe(200);
  });

  it('is not available as HTML without the module', async () => {
    const application = await startApplication(adapter, { imports: [HealthModule.forRoot()] });
    const unmatched = await application.get('/health/deep', { accept: 'text/html' });
    expect([unmatched.status, unmatched.headers['content-type']]).toEqual([200, JSON_TYPE]);
    expect((await application.get('/health/deep', BROWSER)).headers['content-type']).toBe(JSON_TYPE);
    for (const path of ['/health/dashboard', '/health/events', '/health/deep?format=html']) {
      expect((await application.get(path)).status).toBe(path.includes('html') ? 406 : 404);
    }
  });

  describe('hostile content on the page', () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror="alert('1')">\u202Etxt`;

    it('is shown as text', async () => {
      const application = await start({
        adapter,
        providers: [FakeIndicator('evil', () => down(evil, { [evil]: evil, nested: { a: [evil] } }))],
        health: { service: { name: evil, environment: evil } },
        dashboard: { instance: evil },
      });
      application.health.refuseTraffic(evil);
      const page = await application.get('/health/deep', BROWSER);
      expect(page.text).not.toMatch(/<script>alert|<img|\u202E/);
      expect(page.text).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;\u{FFFD}txt');
      expect(page.text.match(/<script>/g)).toHaveLength(1);
      const stream = await open(application);
      const { parts } = updateIn(await stream.find(isUpdate));
      expect(Object.values(parts).join('')).not.toMatch(/<script|<img|\u202E/);
    });

    it('runs and loads only the script and the styles whose hashes are in the policy', async () => {
      const application = await start({
        adapter,
        providers: indicators(),
        health: { headers: { 'x-team': 'orders' } },
      });
      const { text, headers } = await application.get('/health/deep', BROWSER);
      const policy = headers['content-security-policy'] ?? '';
      const hashOf = (element: string): string => {
        const content = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(text)?.[1] ?? '';
        expect(content.length).toBeGreaterThan(1000);
        return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
      };
      expect(policy.split('; ')).toEqual([
        "default-src 'none'",
        `script-src ${hashOf('script')}`,
        `style-src ${hashOf('style')}`,
        "connect-src 'self'",
        'img-src data:',
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'x-team': 'orders',
      });
      expect(text).not.toMatch(/\sstyle=|\son[a-z]+=|(?:src|href)="(?!data:|#|events)/);
    });

    it('keeps the policy of the page when a header of the application sets another policy', async () => {
      const health = { headers: { 'content-security-policy': "default-src 'self'" } };
      const application = await start({ adapter, health });
      expect((await application.get('/health/deep', BROWSER)).headers['content-security-policy']).toContain('sha256-');
    });
  });

  it('is smaller than 60 kB with 30 indicators, 40 runs of each and a full history', async () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      FakeIndicator(
        `dependency_${index}`,
        () => up({ host: `db-${index}.internal`, pool_size: 10, pool_used: index }),
        { ttl: 0 },
      ),
    );
    const application = await start({ adapter, providers: many });
    for (let run = 0; run < 45; run += 1) {
      for (const indicator of many.slice(0, 4)) {
        indicator.behaviour = run % 8 < 4 ? () => up() : () => down('HTTP status 500', { http_status: 500 });
      }
      await application.get('/health/deep');
    }
    const { text } = await application.get('/health/deep', BROWSER);
    expect(text.match(/<li id="c-/g)).toHaveLength(30);
    expect(text.match(/<svg class="spark"/g)).toHaveLength(30);
    expect(textOf(text)).toMatch(/\d+ older changes are not shown/);
    expect(Buffer.byteLength(text)).toBeLessThan(60_000);
  });

  it('shows the status that a dependency reports about its own dependencies', async () => {
    const upstream = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      providers: [FakeIndicator('ledger', () => down('gone')), FakeIndicator('bank')],
    });
    const application = await start({
      adapter,
      providers: [HttpIndicator('payments', { url: `http://127.0.0.1:${upstream.port}/health/ready`, timeout: 5000 })],
      health: { deadline: 10_000 },
    });
    const text = textOf((await application.get('/health/deep', BROWSER)).text);
    expect(text).toMatch(/payments .*reports DOWN ledger Down.* bank Up/);
  });

  describe('the page with access control', () => {
    const health: HealthModuleOptions = { access: { apiKeys: 'open: sesame' } };
    const basic = (credentials: string) => ({
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
    });

    it('requests the key from a browser, which sends it as a password', async () => {
      const application = await start({ adapter, providers: indicators(), health });
      for (const path of ['/health/deep', '/health/dashboard']) {
        const asked = await application.get(path, BROWSER);
        expect([asked.status, asked.headers['www-authenticate']]).toEqual([
          401,
          'Basic realm="health", charset="UTF-8", Bearer realm="health"',
        ]);
        for (const user of ['', 'anybody', 'größer']) {
          const page = await application.get(path, { ...BROWSER, ...basic(`${user}:open: sesame`) });
          expect(page.headers['content-type']).toBe(HTML);
          expect(page.text).toContain('connection refused');
        }
        for (const wrong of ['open: sesame', 'open: sesame:', ':open', ':', '']) {
          expect((await application.get(path, { ...BROWSER, ...basic(wrong) })).status).toBe(401);
        }
      }
    });

    it('requests a bearer token only from callers that are not browsers', async () => {
      const application = await start({ adapter, health });
      for (const path of ['/health/deep', '/health/events']) {
        const asked = await application.get(path);
        expect([asked.status, asked.headers['www-authenticate']]).toEqual([401, 'Bearer realm="health"']);
      }
      const byRule = await start({ adapter, health: { access: { authorize: () => false } } });
      expect((await byRule.get('/health/deep', BROWSER)).headers['www-authenticate']).toBe('Bearer realm="health"');
    });

    it('applies the same rules to the stream, which shows no more than the view', async () => {
      const application = await start({
        adapter,
        providers: indicators(),
        health: { access: { apiKeys: 'key', authorize: ({ headers }) => (headers['x-role'] ? 'components' : false) } },
      });
      await application.get('/health/deep', { 'x-health-key': 'key' });
      expect((await open(application)).statusCode).toBe(401);
      const known = updateIn(await (await open(application, basic(':key'))).find(isUpdate));
      expect(Object.values(known.parts).join('')).toContain('connection refused');

      const stream = await open(application, { 'x-role': 'guest' });
      const { parts } = updateIn(await stream.find(isUpdate));
      expect(textOf(parts['c-payments'])).toContain('payments Down');
      application.health.refuseTraffic('maintenance');
      const later = await updateWith(stream, ({ announce }) => announce.length > 0);
      expect(textOf(later.parts['history'])).toContain('maintenance');
      for (const { data } of stream.events) {
        for (const hidden of ['connection refused', '30 s behind', 'pool_used', 'host-1', 'median']) {
          expect(data).not.toContain(hidden);
        }
      }
      const page = await application.get('/health/deep', { ...BROWSER, 'x-role': 'guest' });
      expect(textOf(page.text)).toContain('payments Down');
      expect(page.text).not.toContain('connection refused');
    });
  });

  describe('the stream of the page', () => {
    it('begins with the whole page, and continues with changes', async () => {
      const payments = FakeIndicator('payments', () => up(), { ttl: 0 });
      const application = await start({ adapter, providers: [payments, FakeIndicator('database')] });
      await application.get('/health/deep');
      const stream = await open(application);
      expect(stream.statusCode).toBe(200);
      expect(stream.headers).toMatchObject({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      });
      const first = updateIn(await stream.find(isUpdate));
      expect(Object.keys(first.parts)).toEqual(
        expect.arrayContaining(['service', 'state', 'probes', 'history', 'c-payments', 'c-database']),
      );
      expect(first.title).toBe('✓ Up · orders');

      payments.behaviour = refused();
      await application.get('/health/payments');
      const change = await updateWith(stream, ({ announce }) => announce.length > 0);
      expect(change.announce).toEqual(['payments is Down: connection refused']);
      expect(change.title).toBe('✕ Down · orders');
      expect(change.order).toEqual(['c-payments', 'c-database']);
      expect(Object.keys(change.parts)).toEqual(expect.arrayContaining(['state', 'history', 'c-payments']));
      expect(change.parts).not.toHaveProperty('c-database');
      expect(change.parts).not.toHaveProperty('service');
    });

    it('sends a returning client nothing if its state is current, and the whole page otherwise', async () => {
      const application = await start({ adapter, providers: [FakeIndicator('database')] });
      await application.get('/health/deep');
      const held = await open(application);
      const { id } = await held.find(isUpdate);
      const back = await open(application, { 'last-event-id': String(id) });
      expect((await back.find(() => true)).event).toBe('beat');
      for (const other of ['', 'another-1', `${id}0`]) {
        const stranger = await open(application, { 'last-event-id': other });
        expect((await stranger.find(() => true)).event).toBe('update');
      }
    });

    it('sends heartbeats', async () => {
      const application = await start({ adapter, dashboard: { heartbeat: 100 } });
      const stream = await open(application);
      const { data } = await stream.find(({ event }) => event === 'beat');
      expect(Math.abs(Number(data) - Date.now())).toBeLessThan(60_000);
      expect(updateIn(await stream.find(isUpdate)).heartbeat).toBe(100);
    });

    it('refuses clients above maxClients', async () => {
      const application = await start({ adapter, dashboard: { maxClients: 2 } });
      const first = await open(application);
      const second = await open(application);
      await Promise.all([first.find(isUpdate), second.find(isUpdate)]);
      const third = await open(application);
      expect([third.statusCode, third.headers['retry-after']]).toEqual([503, '10']);
      first.hangUp();
      await expect.poll(async () => (await application.head('/health/events')).status).toBe(200);
      await expect.poll(async () => (await open(application)).statusCode).toBe(200);
    });

    it('does not count a caller that disconnects before it is admitted', async () => {
      const [hasAsked, isGone, gate] = [latch(), latch(), latch<boolean>()];
      const authorize = () => {
        hasAsked.open();
        return gate.promise;
      };
      const application = await start({
        adapter,
        health: { deadline: 60_000, access: { authorize } },
        dashboard: { maxClients: 1 },
      });
      application.server.on('connection', (socket) => socket.once('close', () => isGone.open()));
      const request = get(`http://127.0.0.1:${application.port}/health/events`, { agent: false });
      request.on('error', () => undefined);
      await hasAsked.promise;
      request.destroy();
      await isGone.promise;
      gate.open(true);
      expect((await open(application)).statusCode).toBe(200);
    });

    it('admits no more than the limit at one moment', async () => {
      const gate = latch<boolean>();
      const asking = [latch(), latch(), latch()];
      let asked = 0;
      const authorize = () => {
        asking[asked++]?.open();
        return gate.promise;
      };
      const application = await start({
        adapter,
        health: { deadline: 60_000, access: { authorize } },
        dashboard: { maxClients: 1 },
      });
      const opening = asking.map(() => open(application));
      await Promise.all(asking.map(({ promise }) => promise));
      gate.open(true);
      const streams = await Promise.all(opening);
      const isIn = (stream: EventStream): Promise<boolean> =>
        Promise.race([stream.find(isUpdate).then(() => true), stream.ended.then(() => false)]);
      const told = await Promise.all(streams.map(isIn));
      expect(told.filter(Boolean)).toHaveLength(1);
    });

    it('responds to HEAD with the headers only', async () => {
      const application = await start({ adapter });
      const head = await application.head('/health/events');
      expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    });

    it('works below a global prefix and with another path', async () => {
      const application = await start({
        adapter,
        health: { path: 'internal/health', endpoints: { deep: { path: 'all' } } },
        more: { prepare: (app) => app.setGlobalPrefix('api') },
      });
      for (const path of ['/api/internal/health/all', '/api/internal/health?deep', '/api/internal/health/dashboard']) {
        const { text } = await application.get(path, BROWSER);
        const events = /data-events="([^"]*)"/.exec(text)?.[1];
        const url = new URL(String(events), `http://127.0.0.1:${application.port}${path}`);
        expect(url.pathname).toBe('/api/internal/health/events');
        expect((await open(application, {}, url.pathname)).statusCode).toBe(200);
      }
    });

    it('is replaced by a reload of the page with events: false', async () => {
      const application = await start({ adapter, dashboard: { events: false } });
      const { text } = await application.get('/health/deep', BROWSER);
      expect(text).toContain('http-equiv="refresh"');
      expect(text).not.toMatch(/<script|<noscript|data-events/);
      expect((await application.get('/health/events')).status).toBe(404);
    });
  });

  describe('the shutdown on the page', () => {
    it('is visible on open pages, which do not delay it', async () => {
      const application = await start({
        adapter,
        providers: [FakeIndicator('database')],
        health: { shutdown: { delay: 1000, timeout: 60_000 } },
      });
      const stream = await open(application);
      await stream.find(isUpdate);
      const closed = application.app.close();
      const told = await updateWith(stream, ({ parts }) => textOf(parts['state']).includes('shutting down'));
      expect(textOf(told.parts['state'])).toContain('waiting for balancers to stop sending requests');
      // The page is still served during the drain.
      expect((await open(application)).statusCode).toBe(200);
      expect(await stream.ended).toBe(true);
      expect(stream.events.at(-1)?.event).toBe('bye');
      const last = stream.events.findLast(isUpdate);
      expect(last && textOf(updateIn(last).parts['state'])).toContain('finishing work in flight');
      await closed;
      expect(application.log.text).not.toContain('did not finish');
    });

    it('disconnects a client that has stopped reading', async () => {
      const application = await start({
        adapter,
        providers: [FakeIndicator('big', () => up({ filler: 'x' }))],
        health: { shutdown: { timeout: 60_000 } },
        dashboard: { title: 'y'.repeat(4_000_000) },
      });
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        get(`http://127.0.0.1:${application.port}/health/events`, { agent: false }, resolve).on('error', reject);
      });
      response.on('error', () => undefined);
      response.pause();
      await application.app.close();
      response.resume();
      await new Promise((resolve) => response.once('close', resolve));
      expect(response.complete).toBe(false);
    });

    it('ends the stream and sends no further update', async () => {
      const application = await start({ adapter, providers: [FakeIndicator('database', () => up(), { ttl: 0 })] });
      const stream = await open(application);
      await stream.find(isUpdate);
      await application.app.close();
      expect(await stream.ended).toBe(true);
      const before = stream.events.length;
      await application.health.report('deep');
      expect(stream.events).toHaveLength(before);
    });
  });

  describe('the configuration of the page', () => {
    it('needs HealthModule', async () => {
      expect(await faultsOf(adapter, { imports: [HealthDashboardModule.forRoot()] })).toEqual([
        healthModuleMissing('HealthDashboardModule.forRoot()', 'show'),
      ]);
    });

    it('reports every fault in one error', async () => {
      const dashboard = { refresh: 3, heartbeat: 'often', maxClients: 0, history: { entries: -1, hours: 2 }, theme: 1 };
      const faults = await faultsOf(adapter, rootOf({ adapter, dashboard: dashboard as object }));
      expect(faults.map(({ place }) => place.replace('HealthDashboardModule.forRoot()', ''))).toEqual(
        expect.arrayContaining([', refresh', ', heartbeat', ', maxClients', ', history, entries', ', history', '']),
      );
    });

    it('accepts options from a factory', async () => {
      const application = await startApplication(adapter, {
        imports: [
          HealthModule.forRoot(),
          HealthDashboardModule.forRootAsync({
            inject: [],
            useFactory: async () => Promise.resolve({ title: 'The orders of the house' }),
          }),
        ],
      });
      expect((await application.get('/health/deep', BROWSER)).text).toContain('The orders of the house');
    });
  });
});
