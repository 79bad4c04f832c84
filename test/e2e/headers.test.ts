import {
  HealthModule,
  type HealthModuleOptions,
  degraded,
  down,
  outOfService,
  skipped,
  unknown,
  up,
} from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { FakeIndicator } from '../support/fake-indicator.js';
import { sendRaw } from '../support/raw-request.js';
import { passTime, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

const RESULTS = {
  UP: () => up(),
  DEGRADED: () => degraded('slow'),
  DOWN: () => down('gone'),
  OUT_OF_SERVICE: () => outOfService('maintenance'),
  UNKNOWN: () => unknown('who knows'),
} as const;
type Status = keyof typeof RESULTS;
const STATUSES = Object.keys(RESULTS) as Status[];

describe.each(ADAPTERS)('status codes and headers on %s', (adapter) => {
  const start = (behaviour: () => unknown, options: HealthModuleOptions = {}): Promise<TestApplication> =>
    startApplication(adapter, {
      imports: [HealthModule.forRoot(options)],
      providers: [FakeIndicator('stock', behaviour, { ttl: 0 })],
    });

  describe('status codes', () => {
    it.each<[Status, number]>([
      ['UP', 200],
      ['DEGRADED', 200],
      ['DOWN', 503],
      ['OUT_OF_SERVICE', 503],
      ['UNKNOWN', 503],
    ])('%s is %i by default', async (status, code) => {
      const application = await start(RESULTS[status]);
      const ready = await application.get('/health/ready');
      expect([ready.status, ready.headers['x-health-status']]).toEqual([code, status]);
    });

    it('a report with only skipped checks is UP', async () => {
      const application = await start(() => skipped('not here'));
      const ready = await application.get('/health/ready');
      expect([ready.status, ready.headers['x-health-status']]).toEqual([200, 'UP']);
    });

    it.each(STATUSES)('%s can be mapped alone, and the other statuses keep their codes', async (mapped) => {
      for (const status of STATUSES) {
        const application = await start(RESULTS[status], { statusCodes: { [mapped]: 218 } });
        const usual = status === 'UP' || status === 'DEGRADED' ? 200 : 503;
        expect([status, (await application.get('/health/ready')).status]).toEqual([
          status,
          status === mapped ? 218 : usual,
        ]);
      }
    });

    it('the environment can set status codes too', async () => {
      setVariables({ HEALTH_STATUS_CODE_DEGRADED: '207', HEALTH_STATUS_CODE_OUT_OF_SERVICE: '429' });
      expect((await (await start(RESULTS.DEGRADED)).get('/health/ready')).status).toBe(207);
      expect((await (await start(RESULTS.OUT_OF_SERVICE)).get('/health/ready')).status).toBe(429);
    });
  });

  describe('headers', () => {
    it('every response has a content type and must not be cached', async () => {
      for (const behaviour of [RESULTS.UP, RESULTS.DOWN]) {
        const application = await start(behaviour);
        for (const path of ['', '/live', '/ready', '/startup', '/deep', '/stock', '/unheard-of']) {
          const { headers } = await application.get(`/health${path}`);
          expect(headers).toMatchObject({
            'cache-control': 'no-store',
            'content-type': 'application/json; charset=utf-8',
          });
          expect(headers).not.toHaveProperty('etag');
          expect(headers).not.toHaveProperty('transfer-encoding');
        }
      }
    });

    it('Content-Length counts bytes', async () => {
      const application = await start(() => down('größer als erlaubt'));
      const deep = await application.get('/health/deep');
      expect(Number(deep.headers['content-length'])).toBe(Buffer.byteLength(deep.text));
      expect(deep.text).toContain('größer');
    });

    it('X-Health-Checked-At is the time of the oldest result', async () => {
      stopClock();
      const application = await startApplication(adapter, {
        imports: [HealthModule.forRoot()],
        providers: [
          FakeIndicator('old', () => up(), { ttl: 10_000, probes: ['live', 'ready'] }),
          FakeIndicator('new', () => up(), { ttl: 0 }),
        ],
      });
      await application.get('/health/live');
      const checkedAt = new Date().toISOString();
      await passTime(5000);

      const ready = await application.get('/health/ready');
      expect(ready.headers['x-health-checked-at']).toBe(checkedAt);
      const single = await application.get('/health/new');
      expect(single.headers['x-health-checked-at']).toBe(new Date().toISOString());
    });

    it('Vary keeps the names that CORS has set', async () => {
      const application = await startApplication(
        adapter,
        { imports: [HealthModule.forRoot({ access: { apiKeys: 'key' }, headers: { vary: 'x-region' } })] },
        { prepare: (app) => app.enableCors({ origin: ['https://status.example', 'https://other.example'] }) },
      );
      const origin = 'https://status.example';
      for (const path of ['', '/live', '/ready', '/deep', '/unheard-of', '/ready?format=yaml']) {
        const { headers } = await application.get(`/health${path}`, { origin });
        const names = String(headers['vary']).toLowerCase().split(', ').toSorted();
        expect([path, headers['access-control-allow-origin'], names]).toEqual([
          path,
          origin,
          ['accept', 'origin', 'x-region'],
        ]);
      }
    });

    it.each([204, 304])(
      'a response with the status code %i has no body, and neither its length nor its type',
      async (code) => {
        const application = await start(RESULTS.UP, { statusCodes: { UP: code } });
        for (const method of ['GET', 'HEAD']) {
          const { status, headers, body } = await sendRaw(application, '/health/ready', { method });
          expect([method, status, body]).toEqual([method, code, '']);
          expect(headers).toMatchObject({ 'x-health-status': 'UP' });
          for (const name of ['content-length', 'content-type', 'transfer-encoding']) {
            expect(headers).not.toHaveProperty(name);
          }
        }
      },
    );

    it('Retry-After is sent only with a 503', async () => {
      const application = await start(RESULTS.DOWN, { retryAfter: 17, statusCodes: { OUT_OF_SERVICE: 500 } });
      expect((await application.get('/health/ready')).headers['retry-after']).toBe('17');
      expect((await application.head('/health/ready')).headers['retry-after']).toBe('17');
      expect((await application.get('/health/live')).headers).not.toHaveProperty('retry-after');
      expect((await application.get('/health/unheard-of')).headers).not.toHaveProperty('retry-after');

      const closed = await start(RESULTS.OUT_OF_SERVICE, { statusCodes: { OUT_OF_SERVICE: 500 } });
      expect((await closed.get('/health/ready')).headers).not.toHaveProperty('retry-after');
    });

    it('Retry-After is 5 seconds by default, and can be 0', async () => {
      expect((await (await start(RESULTS.DOWN)).get('/health/ready')).headers['retry-after']).toBe('5');
      const application = await start(RESULTS.DOWN, { retryAfter: 0 });
      expect((await application.get('/health/ready')).headers['retry-after']).toBe('0');
    });

    it('X-Service-Version is sent only in views above status', async () => {
      const application = await start(RESULTS.UP, {
        service: { version: '1.4.2' },
        endpoints: { live: { view: 'status' }, ready: { view: 'components' }, deep: { view: 'full' } },
      });
      expect((await application.get('/health/live')).headers).not.toHaveProperty('x-service-version');
      expect((await application.get('/health/ready')).headers['x-service-version']).toBe('1.4.2');
      expect((await application.get('/health/deep')).headers['x-service-version']).toBe('1.4.2');
    });

    it.each(['1.4.2\u2013beta', '1.4.2\nx-injected: yes', '\u{1F680}'])(
      'a version that is not valid in a header causes no 500: %j',
      async (version) => {
        setVariables({ SERVICE_VERSION: version });
        const application = await start(RESULTS.UP);
        for (const path of ['/health/live', '/health/ready', '/health/deep', '/health/stock']) {
          const response = await application.get(path);
          expect([path, response.status]).toEqual([path, 200]);
          expect(response.headers).not.toHaveProperty('x-injected');
        }
      },
    );

    it('custom headers are in every response, also 401, 404 and 503', async () => {
      const application = await start(RESULTS.DOWN, {
        headers: { 'X-Region': 'north', 'access-control-allow-origin': '*' },
        access: { apiKeys: 'key' },
      });
      const seen = new Set<number>();
      for (const path of ['/health/live', '/health/ready', '/health/deep', '/health/unheard-of']) {
        const { status, headers } = await application.get(path);
        seen.add(status);
        expect(headers).toMatchObject({ 'x-region': 'north', 'access-control-allow-origin': '*' });
      }
      expect([...seen].toSorted((one, other) => one - other)).toEqual([200, 401, 404, 503]);
    });

    it.each([
      { 'if-none-match': '*' },
      { 'if-none-match': 'W/"f-abc"' },
      { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' },
    ])('a request with %o never gets a 304', async (conditional) => {
      const application = await start(RESULTS.UP, { headers: { etag: 'W/"f-abc"' } });
      for (const path of ['/health', '/health/live', '/health/ready', '/health/deep', '/health/stock']) {
        const response = await application.get(path, conditional);
        expect([path, response.status]).toEqual([path, 200]);
        expect(response.text).not.toBe('');
      }
    });

    it.each(['*/*', 'text/html,application/xml;q=0.9,*/*;q=0.8', 'application/json', ''])(
      'a request with Accept: %j gets JSON',
      async (accept) => {
        const application = await start(RESULTS.UP);
        const response = await application.get('/health/live', { accept });
        expect([response.status, response.text]).toEqual([200, '{"status":"UP"}']);
        expect(response.headers).toMatchObject({ vary: 'accept', 'content-type': 'application/json; charset=utf-8' });
      },
    );
  });
});
