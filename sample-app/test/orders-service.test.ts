import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import type { INestApplication } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { FakeHealth, simulateDrain, startReady as startUntilReady } from 'nest-vitals/testing';
import 'nest-vitals/testing/vitest';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Configuration } from '../src/orders-service/configuration.js';
import { Database } from '../src/orders-service/database/database.js';
import { OrdersServiceModule } from '../src/orders-service/orders-service.module.js';
import { PaymentsClient } from '../src/orders-service/payments/payments.client.js';

const WAIT = { timeout: 20_000, interval: 20 };
const TEA = { sku: 'tea', quantity: 2 };

describe('the orders service', () => {
  const charge = vi.fn<PaymentsClient['charge']>();
  /** The health of the payments service. */
  let readiness = { code: 200, status: 'UP' };
  const paymentsServer = createServer((_request, response) => {
    response.writeHead(readiness.code, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: readiness.status }));
  });

  beforeAll(async () => {
    await new Promise<void>((resolve) => paymentsServer.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    paymentsServer.close();
    paymentsServer.closeAllConnections();
  });

  beforeEach(() => {
    vi.stubEnv('DATABASE_URL', undefined);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined);
    // A test repeats its request at once and needs a new result.
    vi.stubEnv('HEALTH_DEFAULT_TTL', '0');
    vi.stubEnv('HEALTH_SHUTDOWN_DELAY', '0');
    charge.mockReset().mockResolvedValue();
    readiness = { code: 200, status: 'UP' };
  });

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  interface Settings {
    readonly catalogueWarmUp?: number;
    readonly override?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
  }

  async function create({ catalogueWarmUp = 0, override = (builder) => builder }: Settings = {}) {
    const configuration: Configuration = {
      databaseUrl: undefined,
      redisUrl: undefined,
      rabbitmqUrl: undefined,
      paymentsUrl: `http://127.0.0.1:${(paymentsServer.address() as AddressInfo).port}`,
      outboxLimit: 2,
      catalogueWarmUp,
    };
    const builder = Test.createTestingModule({ imports: [OrdersServiceModule] })
      .overrideProvider(Configuration)
      .useValue(configuration)
      .overrideProvider(PaymentsClient)
      .useValue({ charge });
    const module = await override(builder).compile();
    return module.createNestApplication<INestApplication<Server>>({ logger: false });
  }

  async function start(settings?: Settings) {
    const app = await create(settings);
    onTestFinished(() => app.close());
    await app.init();
    return { app, client: request(app.getHttpServer()) };
  }

  async function startReady(settings?: Settings) {
    const started = await startUntilReady(await create(settings), { timeout: WAIT.timeout });
    onTestFinished(() => started.close());
    return { app: started.app, started, client: request(started.url) };
  }

  /** Holds the one connection, as a long transaction does. */
  function lockDatabase(app: INestApplication) {
    const database = app.get(Database);
    let end = (): void => undefined;
    const transaction = database.transaction(() => new Promise<void>((resolve) => (end = resolve)));
    const unlock = (): Promise<void> => {
      end();
      return transaction;
    };
    return { unlock };
  }

  it('stores an order and pays it', async () => {
    const { client } = await startReady();

    const placed = await client.post('/orders').send(TEA).expect(201);
    expect(placed.body).toMatchObject({ sku: 'tea', quantity: 2, totalCents: 1780, status: 'placed' });

    await vi.waitFor(async () => {
      const order = await client.get(`/orders/${placed.body.id}`).expect(200);
      expect(order.body).toMatchObject({ id: placed.body.id, status: 'paid' });
    }, WAIT);
    expect(charge.mock.calls).toEqual([[placed.body.id, 1780]]);
    expect((await client.get('/orders').expect(200)).body).toHaveLength(1);
  });

  it.each([
    [{ sku: 'tea' }, 400, 'quantity: use a whole number from 1 to 100'],
    [{ sku: 'tea', quantity: 1.5 }, 400, 'quantity: use a whole number from 1 to 100'],
    [{ quantity: 1 }, 400, 'sku: use the key of a product'],
    [{ sku: 'gold', quantity: 1 }, 422, 'sku: there is no product "gold"'],
  ])('refuses the order %o', async (order, status, message) => {
    const { client } = await startReady();
    expect((await client.post('/orders').send(order).expect(status)).body).toMatchObject({ message });
  });

  it('is live but not ready before the catalogue is loaded', async () => {
    const { client } = await start({ catalogueWarmUp: 60_000 });
    const ready = await client.get('/health/ready').expect(503);
    expect(ready.body).toMatchObject({ status: 'OUT_OF_SERVICE', reason: 'starting: catalogue' });
    await client.get('/health/live').expect(200, { status: 'UP' });
  });

  it('shows every indicator with its data in deep', async () => {
    const { client } = await startReady();
    const { body } = await client.get('/health/deep').expect(200);
    expect(body).toMatchObject({
      status: 'UP',
      details: {
        database: { status: 'UP' },
        connection_slots: { status: 'SKIPPED', message: 'its condition is false' },
        outbox: { status: 'UP', data: { waiting: 0, limit: 2 } },
        outbox_worker: { status: 'UP', data: { silence_ms: expect.any(Number) as number } },
        payments: { status: 'UP', data: { http_status: 200, reported_status: 'UP' } },
        memory: { data: { heap_used_bytes: expect.any(Number) as number } },
        disk: { data: { [tmpdir()]: { free_bytes: expect.any(Number) as number } } },
        event_loop: { data: { window_ms: expect.any(Number) as number } },
        unpaid_orders: { status: 'UP', data: { unpaid: 0, oldest_seconds: 0 } },
      },
      service_info: { name: 'orders', version: '1.4.2' },
    });
  });

  it('shows every indicator on the page', async () => {
    const { client } = await startReady();
    for (const path of ['/health/dashboard', '/health/deep']) {
      const { text, headers } = await client.get(path).set('Accept', 'text/html').expect(200);
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
      expect(text).toContain('id="c-unpaid_orders"');
    }
  });

  it('reports payments as DEGRADED when its report is DEGRADED', async () => {
    const { client } = await startReady();
    readiness = { code: 200, status: 'DEGRADED' };
    const payments = await client.get('/health/payments').expect(200);
    expect(payments.body.details.payments).toMatchObject({ status: 'DEGRADED', message: 'it reports DEGRADED' });
  });

  it('excludes the indicators of the process from ready', async () => {
    const { client } = await startReady();
    const { body } = await client.get('/health/ready').expect(200);
    expect(Object.keys(body.details).toSorted()).toEqual([
      'connection_slots',
      'database',
      'outbox',
      'outbox_worker',
      'payments',
      'unpaid_orders',
    ]);
  });

  it('stays in rotation while payments is not ready', async () => {
    const { client } = await startReady();
    readiness = { code: 503, status: 'OUT_OF_SERVICE' };

    const ready = await client.get('/health/ready').expect(200);
    expect(ready.body).toMatchObject({ status: 'DEGRADED', details: { payments: { status: 'DOWN' } } });

    const payments = await client.get('/health/payments').expect(503);
    expect(payments.body.details.payments).toMatchObject({
      critical: false,
      error: 'HTTP status 503, reports OUT_OF_SERVICE',
    });

    const billing = await client.get('/health/billing').expect(200);
    expect(Object.keys(billing.body.details).toSorted()).toEqual([
      'outbox',
      'outbox_worker',
      'payments',
      'unpaid_orders',
    ]);
  });

  it('stays in rotation when its outbox exceeds the limit', async () => {
    const { client } = await startReady();
    charge.mockRejectedValue(new Error('no'));
    for (let count = 0; count < 3; count += 1) await client.post('/orders').send(TEA).expect(201);

    const full = await client.get('/health/ready').expect(200);
    expect(full.body).toMatchObject({
      status: 'DEGRADED',
      details: { outbox: { status: 'DOWN' }, database: { status: 'UP' } },
    });
    const outbox = await client.get('/health/outbox').expect(503);
    expect(outbox.body.details.outbox).toMatchObject({
      error: '3 messages wait, more than 2',
      data: { waiting: 3, limit: 2 },
    });

    charge.mockResolvedValue();
    await vi.waitFor(() => client.get('/health/outbox').expect(200), WAIT);
  });

  it('is live but not ready while a transaction holds the connection', async () => {
    const { app, client } = await startReady();
    const { unlock } = lockDatabase(app);

    const locked = await client.get('/health/database').expect(503);
    expect(locked.body.details.database).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
    await client.get('/health/ready').expect(503);
    await client.get('/health/live').expect(200);

    await unlock();
    await vi.waitFor(() => client.get('/health/ready').expect(200), WAIT);
  });

  it('is ready without payments and not ready without its database', async () => {
    const health = new FakeHealth('database', 'payments');
    const { client } = await startReady({ override: (builder) => health.override(builder) });

    health.setDown('payments', 'connection refused');
    expect(await client.get('/health/payments')).toReport('payments', 'DOWN', 'connection refused');
    const degraded = await client.get('/health/ready');
    expect(degraded).toBeReady();
    expect(degraded).toHaveHealthStatus('DEGRADED');
    await client.post('/orders').send(TEA).expect(201);

    health.setDown('database', 'connection lost');
    const down = await client.get('/health/ready');
    expect(down).not.toBeReady();
    expect(down).toReport('database', 'DOWN');

    health.recoverAll();
    expect(await client.get('/health/ready')).toHaveHealthStatus('UP');
  });

  it('loses no request when it is shut down under load', async () => {
    // A busy machine may respond to fewer than 50 requests per second. A fixed delay or a higher rate would then end the wait before
    // the balancer has received its refusals, and the requests in the queue of the system would be lost.
    vi.stubEnv('HEALTH_SHUTDOWN_DELAY', 'auto');
    vi.stubEnv('HEALTH_SHUTDOWN_MIN_DELAY', '3000');
    const { started } = await startReady();
    const drain = await simulateDrain(started, { request: '/orders', rate: 10 });
    expect(drain.lost).toEqual([]);
    expect(drain.responded).toBe(drain.sent);
  });
});
