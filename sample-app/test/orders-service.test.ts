import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { down } from 'nest-vitals';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Configuration } from '../src/orders-service/configuration.js';
import { DatabaseHealth } from '../src/orders-service/database/database.health.js';
import { Database } from '../src/orders-service/database/database.js';
import { OrdersServiceModule } from '../src/orders-service/orders-service.module.js';
import { PaymentsClient } from '../src/orders-service/payments/payments.client.js';

const PATIENCE = { timeout: 20_000, interval: 20 };
const TEA = { sku: 'tea', quantity: 2 };

describe('the orders service', () => {
  const charge = vi.fn<PaymentsClient['charge']>();
  const readiness = vi.fn<PaymentsClient['readiness']>();

  beforeEach(() => {
    vi.stubEnv('DATABASE_URL', undefined);
    vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined);
    // A test looks again at once, and wants to see what is so by now.
    vi.stubEnv('HEALTH_DEFAULT_TTL', '0');
    vi.stubEnv('HEALTH_SHUTDOWN_DELAY', '0');
    charge.mockReset().mockResolvedValue();
    readiness.mockReset().mockResolvedValue(200);
  });

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  interface Settings {
    readonly catalogueWarmUp?: number;
    readonly override?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
  }

  async function start({ catalogueWarmUp = 0, override = (builder) => builder }: Settings = {}) {
    const configuration: Configuration = {
      databaseUrl: undefined,
      paymentsUrl: 'http://127.0.0.1:1',
      outboxLimit: 2,
      catalogueWarmUp,
    };
    const builder = Test.createTestingModule({ imports: [OrdersServiceModule] })
      .overrideProvider(Configuration)
      .useValue(configuration)
      .overrideProvider(PaymentsClient)
      .useValue({ charge, readiness });
    const module = await override(builder).compile();
    const app = module.createNestApplication<INestApplication<Server>>({ logger: false });
    onTestFinished(() => app.close());
    await app.init();
    return { app, client: request(app.getHttpServer()) };
  }

  async function startReady() {
    const { app, client } = await start();
    await vi.waitFor(() => client.get('/health/ready').expect(200), PATIENCE);
    return { app, client };
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
    return { database, unlock };
  }

  it('takes an order, and has it paid', async () => {
    const { client } = await startReady();

    const placed = await client.post('/orders').send(TEA).expect(201);
    expect(placed.body).toMatchObject({ sku: 'tea', quantity: 2, totalCents: 1780, status: 'placed' });

    await vi.waitFor(async () => {
      const order = await client.get(`/orders/${placed.body.id}`).expect(200);
      expect(order.body).toMatchObject({ id: placed.body.id, status: 'paid' });
    }, PATIENCE);
    expect(charge.mock.calls).toEqual([[placed.body.id, 1780]]);
    expect((await client.get('/orders').expect(200)).body).toHaveLength(1);
  });

  it.each([
    [{ sku: 'tea' }, 400, 'quantity: expected is a whole number from 1 to 100'],
    [{ sku: 'tea', quantity: 1.5 }, 400, 'quantity: expected is a whole number from 1 to 100'],
    [{ quantity: 1 }, 400, 'sku: expected is the key of a product'],
    [{ sku: 'gold', quantity: 1 }, 422, 'sku: there is no product "gold"'],
  ])('refuses the order %o', async (order, status, message) => {
    const { client } = await startReady();
    expect((await client.post('/orders').send(order).expect(status)).body).toMatchObject({ message });
  });

  it('is not ready before the catalogue is loaded, but alive', async () => {
    const { client } = await start({ catalogueWarmUp: 60_000 });
    const ready = await client.get('/health/ready').expect(503);
    expect(ready.body).toMatchObject({ status: 'OUT_OF_SERVICE', reason: 'starting: catalogue' });
    await client.get('/health/live').expect(200, { status: 'UP' });
  });

  it('asks for what each indicator looks at', async () => {
    const { client } = await startReady();
    const { body } = await client.get('/health/deep').expect(200);
    expect(body).toMatchObject({
      status: 'UP',
      details: {
        database: { status: 'UP', data: { pool_size: 1 } },
        connection_slots: { status: 'SKIPPED', message: 'its condition is false' },
        outbox: { status: 'UP', data: { waiting: 0, limit: 2 } },
        payments: { status: 'UP' },
        unpaid_orders: { status: 'UP', data: { unpaid: 0, oldest_seconds: 0 } },
      },
      service_info: { name: 'orders', version: '1.4.2' },
    });
  });

  it('stays in rotation while payments is not ready', async () => {
    const { client } = await startReady();
    readiness.mockResolvedValue(503);

    const ready = await client.get('/health/ready').expect(200);
    expect(ready.body).toMatchObject({ status: 'DEGRADED', details: { payments: { status: 'DOWN' } } });

    const payments = await client.get('/health/payments').expect(503);
    expect(payments.body.details.payments).toMatchObject({ critical: false, error: 'payments answered 503' });

    const billing = await client.get('/health/billing').expect(200);
    expect(Object.keys(billing.body.details).toSorted()).toEqual(['outbox', 'payments', 'unpaid_orders']);
  });

  it('takes no more traffic when its outbox has grown beyond the limit', async () => {
    const { client } = await startReady();
    charge.mockRejectedValue(new Error('no'));
    for (let count = 0; count < 3; count += 1) await client.post('/orders').send(TEA).expect(201);

    const full = await client.get('/health/ready').expect(503);
    expect(full.body).toMatchObject({
      status: 'DOWN',
      details: { outbox: { status: 'DOWN' }, database: { status: 'UP' } },
    });
    const outbox = await client.get('/health/outbox').expect(503);
    expect(outbox.body.details.outbox).toMatchObject({
      error: '3 messages wait, more than 2',
      data: { waiting: 3, limit: 2 },
    });

    charge.mockResolvedValue();
    await vi.waitFor(() => client.get('/health/ready').expect(200), PATIENCE);
  });

  it('says that the connections are in use when nobody else gets at the database', async () => {
    const { app, client } = await startReady();
    const { unlock } = lockDatabase(app);

    for (let probe = 0; probe < 3; probe += 1) {
      const locked = await client.get('/health/database').expect(503);
      expect(locked.body.details.database).toMatchObject({
        status: 'DOWN',
        error: 'all connections are in use',
        code: 'POOL_EXHAUSTED',
        data: { pool_size: 1, pool_busy: 1 },
      });
    }
    await client.get('/health/live').expect(200);

    await unlock();
    await vi.waitFor(() => client.get('/health/database').expect(200), PATIENCE);
  });

  it('keeps one ping in line for the database, however often it is probed', async () => {
    const { app, client } = await startReady();
    const { database, unlock } = lockDatabase(app);
    const query = vi.spyOn(app.get(DataSource).manager, 'query');

    for (let probe = 0; probe < 3; probe += 1) await client.get('/health/database').expect(503);
    await unlock();
    // Those who stand in line now come after all that the probes have put there.
    await database.run(() => Promise.resolve());

    expect(query.mock.calls).toEqual([['SELECT 1']]);
  });

  it('lets a test replace an indicator, which keeps its name and options', async () => {
    const { client } = await start({
      override: (builder) => builder.overrideProvider(DatabaseHealth).useValue({ check: () => down('gone fishing') }),
    });
    const { body } = await client.get('/health/database').expect(503);
    expect(body.details.database).toMatchObject({ status: 'DOWN', critical: true, error: 'gone fishing' });
  });
});
