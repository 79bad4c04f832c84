import { type HealthModuleOptions, HealthModule, degraded, down, skipped, up } from 'nest-vitals';
import type { Response } from 'supertest';
import { describe, expect, it } from 'vitest';
import { FakeIndicator } from '../support/fake-indicator.js';
import { ADAPTERS, type AdapterName, type TestApplication, startApplication } from '../support/start-application.js';

const indicators = () => [
  FakeIndicator('database', () => up({ pool_used: 1 })),
  FakeIndicator('stock', () => degraded('30 s behind'), { critical: false }),
  FakeIndicator('payments', () => down('HTTP status\n500'), { critical: false }),
  FakeIndicator('search', () => skipped('not here')),
];

function start(adapter: AdapterName, options: HealthModuleOptions = {}): Promise<TestApplication> {
  return startApplication(adapter, {
    imports: [HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2' }, ...options })],
    providers: indicators(),
  });
}

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string;
const took = expect.any(Number) as number;
const parsed = (response: Response): unknown => JSON.parse(response.text) as unknown;

describe.each(ADAPTERS)('formats on %s', (adapter) => {
  it('text has a line for each check, and a line for the whole report', async () => {
    const application = await start(adapter);
    const response = await application.get('/health/deep', { accept: 'text/plain' });
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      vary: 'accept',
      'cache-control': 'no-store',
      'x-health-status': 'DEGRADED',
    });
    expect(response.text.replaceAll(/\d+ ms/g, 'N ms')).toBe(
      [
        '[+]database ok (N ms)',
        '[~]stock DEGRADED: 30 s behind (N ms)',
        '[-]payments DOWN: HTTP status 500 (N ms)',
        '[~]search SKIPPED: not here (N ms)',
        'deep is DEGRADED',
        '',
      ].join('\n'),
    );
  });

  it('text shows no more than the view permits', async () => {
    const application = await start(adapter);
    application.health.refuseTraffic('maintenance');
    const ready = await application.get('/health/ready?format=text');
    expect([ready.status, ready.text]).toEqual([
      503,
      '[+]database ok\n[~]stock DEGRADED\n[-]payments DOWN\n[~]search SKIPPED\nready is OUT_OF_SERVICE: maintenance\n',
    ]);
    expect((await application.get('/health/live?format=text')).text).toBe('live is UP\n');
  });

  it('application/health+json follows the draft', async () => {
    const application = await start(adapter);
    const response = await application.get('/health/deep', { accept: 'application/health+json' });
    expect(response.headers['content-type']).toBe('application/health+json; charset=utf-8');
    const measured = { observedValue: took, observedUnit: 'ms', time };
    expect(parsed(response)).toEqual({
      status: 'warn',
      version: '1.4.2',
      serviceId: 'orders',
      checks: {
        'database:responseTime': [{ componentId: 'database', status: 'pass', ...measured, data: { pool_used: 1 } }],
        'stock:responseTime': [
          { componentId: 'stock', status: 'warn', state: 'DEGRADED', ...measured, output: '30 s behind' },
        ],
        'payments:responseTime': [
          { componentId: 'payments', status: 'fail', state: 'DOWN', ...measured, output: 'HTTP status\n500' },
        ],
        'search:responseTime': [
          { componentId: 'search', status: 'pass', state: 'SKIPPED', ...measured, output: 'not here' },
        ],
      },
    });
    application.health.refuseTraffic('maintenance');
    const ready = await application.get('/health/ready?format=health');
    expect(ready.status).toBe(503);
    expect(parsed(ready)).toMatchObject({
      status: 'fail',
      output: 'maintenance',
      checks: { payments: [{ componentId: 'payments', status: 'fail', state: 'DOWN' }] },
    });
    expect(parsed(await application.get('/health/live?format=health'))).toEqual({ status: 'pass' });
  });

  it.each(['/health', '/health/live', '/health/ready', '/health/startup', '/health/deep', '/health/stock'])(
    '%s is 406 for an unknown format in the query, and JSON for an Accept header that matches no format',
    async (path) => {
      const application = await start(adapter);
      const usual = await application.get(path);
      for (const accept of ['application/xml', 'text/html', 'application/vnd.api+json', 'application/json;q=0']) {
        const response = await application.get(path, { accept });
        expect([accept, response.status]).toEqual([accept, usual.status]);
        expect(response.headers).toMatchObject({
          vary: 'accept',
          'content-type': 'application/json; charset=utf-8',
          'x-health-status': usual.headers['x-health-status'],
        });
      }
      const refused = await application.get(`${path}?format=yaml`);
      expect(refused.status).toBe(406);
      expect(refused.headers).toMatchObject({ vary: 'accept', 'content-type': 'application/json; charset=utf-8' });
      expect(parsed(refused)).toMatchObject({ error: 'not acceptable', formats: { text: 'text/plain' } });
      expect((await application.head(path, { accept: 'text/plain' })).headers['content-type']).toContain('text/plain');
    },
  );

  it('authenticated callers get their view in every format, and no format refuses unauthenticated callers', async () => {
    const application = await start(adapter, { access: { apiKeys: ['open-sesame'] } });
    const key = { 'x-health-key': 'open-sesame' };
    expect((await application.get('/health/ready?format=text', key)).text).toContain('30 s behind');
    expect((await application.get('/health/stock?format=text', key)).text).toContain('30 s behind');
    expect((await application.get('/health/deep?format=text', key)).text).toContain('30 s behind');
    expect((await application.get('/health/ready?format=text')).text).not.toContain('30 s behind');
    expect((await application.get('/health/deep?format=text')).status).toBe(401);
    for (const path of ['ready', 'deep', 'stock']) {
      expect((await application.get(`/health/${path}?format=yaml`, key)).status).toBe(406);
    }
  });

  it('format: terminus responds in the shape of terminus', async () => {
    const application = await start(adapter, { format: 'terminus' });
    const [database, stock, search] = [
      { status: 'up', pool_used: 1 },
      { status: 'up', message: '30 s behind' },
      { status: 'up', message: 'not here' },
    ];
    const payments = { status: 'down', message: 'HTTP status\n500' };
    expect(parsed(await application.get('/health/deep'))).toEqual({
      status: 'ok',
      info: { database, stock, search },
      error: { payments },
      details: { database, stock, search, payments },
    });
    expect(parsed(await application.get('/health/payments'))).toMatchObject({ status: 'error', info: {} });

    const held = application.health.delayShutdown('job');
    const closed = application.app.close();
    await expect
      .poll(async () => parsed(await application.get('/health/ready')))
      .toMatchObject({ status: 'shutting_down' });
    held.done();
    await closed;
  });

  it('format: spring shows the reason of a failure, whatever keys the data has', async () => {
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ format: 'spring' })],
      providers: [FakeIndicator('bad', () => down('why', { error: 'from the data', left: 1 }))],
    });
    expect(parsed(await application.get('/health/deep'))).toMatchObject({
      components: { bad: { status: 'DOWN', details: { error: 'why', left: 1 } } },
    });
  });

  it('format: spring responds in the shape of Spring Boot', async () => {
    const application = await start(adapter, { format: 'spring' });
    expect(parsed(await application.get('/health/deep'))).toEqual({
      status: 'DEGRADED',
      components: {
        database: { status: 'UP', details: { pool_used: 1 } },
        stock: { status: 'DEGRADED', details: { message: '30 s behind' } },
        payments: { status: 'DOWN', details: { error: 'HTTP status\n500' } },
        search: { status: 'SKIPPED', details: { message: 'not here' } },
      },
    });
    expect(parsed(await application.get('/health/ready'))).toMatchObject({
      components: { database: { status: 'UP' } },
    });
    expect(parsed(await application.get('/health/live'))).toEqual({ status: 'UP' });
  });
});
