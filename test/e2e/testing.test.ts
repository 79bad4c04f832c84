import {
  Controller,
  Get,
  type INestApplication,
  Inject,
  Injectable,
  type ModuleMetadata,
  type OnModuleInit,
} from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  HealthCheckError,
  HealthIndicator,
  type HealthIndicatorOptions,
  HealthModule,
  HealthService,
  degraded,
} from 'nest-vitals';
import { HttpIndicator } from 'nest-vitals/indicators';
import { FakeHealth, NotReadyError, type ReadyApplication, simulateDrain, startReady } from 'nest-vitals/testing';
import { PgIndicator } from 'nest-vitals/pg';
import request from 'supertest';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import 'nest-vitals/testing/vitest';
import { CapturedLog } from '../support/captured-log.js';
import { never } from '../support/latch.js';
import { moduleNamed } from '../support/module-named.js';
import { ADAPTERS, type AdapterName } from '../support/start-application.js';

/** The kubelet, a prober for which no shutdown waits. */
const USER_AGENT = 'kube-probe/1.31';

@Injectable()
class StockClient {
  lag(): number {
    throw new Error('the real client was called');
  }
}

/** An indicator with an injected client, as in an application. */
function stock(options: HealthIndicatorOptions = {}) {
  @HealthIndicator('stock', options)
  class StockHealth implements HealthIndicator {
    constructor(@Inject(StockClient) private readonly client: StockClient) {}
    check() {
      return degraded(`it lags ${this.client.lag()} s behind`);
    }
  }
  return StockHealth;
}

@Controller('orders')
class OrdersController {
  @Get()
  list() {
    return [];
  }
}

describe.each(ADAPTERS)('the helpers for tests on %s', (adapter) => {
  beforeEach(() => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined);
    return () => vi.unstubAllEnvs();
  });

  async function create(root: ModuleMetadata, health = new FakeHealth()): Promise<INestApplication> {
    const builder = Test.createTestingModule({ imports: [moduleNamed('RootModule', root)] }).setLogger(
      new CapturedLog(),
    );
    const module = await health.override(builder).compile();
    return createOn(adapter, module);
  }

  /** With an indicator of a client, and one of a server that does not run. */
  async function start(health: FakeHealth, options?: HealthIndicatorOptions): Promise<ReadyApplication> {
    const started = await startReady(
      await create(
        {
          imports: [HealthModule.forRoot({ endpoints: { ready: { view: 'full' } } })],
          controllers: [OrdersController],
          providers: [
            StockClient,
            stock(options),
            HttpIndicator('payments', { url: 'http://127.0.0.1:9/', critical: false }),
            // Without a client, the application would not start.
            PgIndicator('database', { client: 'NO_SUCH_POOL' }),
          ],
        },
        health,
      ),
    );
    onTestFinished(() => started.close());
    return started;
  }

  const get = async ({ url }: { readonly url: string }, path: string) =>
    request(url).get(path).set('User-Agent', USER_AGENT);

  describe('FakeHealth', () => {
    it('replaces all indicators, whose clients are not needed and not called', async () => {
      const health = new FakeHealth();
      const app = await start(health);
      const ready = await get(app, '/health/ready');
      expect(ready).toBeReady();
      expect(ready.body.details).toMatchObject({
        stock: { status: 'UP' },
        payments: { status: 'UP' },
        database: { status: 'UP' },
      });
      expect(health.names).toEqual(['stock', 'payments', 'database']);
    });

    it('shows a setting in the next probe, with any ttl', async () => {
      const health = new FakeHealth();
      const app = await start(health, { ttl: 60_000 });
      expect(await get(app, '/health/ready')).toReport('stock', 'UP');

      health.setDown('stock', 'connection refused', { attempts: 3 });
      const down = await get(app, '/health/ready');
      expect(down).toReport('stock', 'DOWN', 'connection refused');
      expect(down).not.toBeReady();
      expect(down.body.details.stock).toMatchObject({ critical: true, data: { attempts: 3 } });

      health.setDegraded('stock', 'it lags');
      expect(await get(app, '/health/ready')).toReport('stock', 'DEGRADED', 'it lags');
      health.recover('stock');
      expect(await get(app, '/health/ready')).toReport('stock', 'UP');
    });

    it('shows a setting in the next report of HealthService, also during a run', async () => {
      const health = new FakeHealth();
      const { app } = await start(health);
      const service = app.get(HealthService);
      const early = service.report('ready');
      health.setDown('stock');
      expect(await service.report('ready')).toReport('stock', 'DOWN', 'set by a test');
      expect(await early).toReport('stock', 'DOWN');
    });

    it('keeps critical: false of the indicator', async () => {
      const health = new FakeHealth();
      const app = await start(health);
      health.setDown('payments');
      const ready = await get(app, '/health/ready');
      expect(ready).toHaveHealthStatus('DEGRADED');
      expect(ready).toBeReady();
      expect(ready).toReport('payments', 'DOWN');
    });

    it('sets every status', async () => {
      const health = new FakeHealth();
      const app = await start(health);
      health.setOutOfService('stock');
      expect(await get(app, '/health/ready')).toReport('stock', 'OUT_OF_SERVICE');
      health.setUnknown('stock', 'not run yet');
      expect(await get(app, '/health/ready')).toReport('stock', 'UNKNOWN', 'not run yet');
      health.setSkipped('stock');
      expect(await get(app, '/health/ready')).toReport('stock', 'SKIPPED');
      health.setUp('stock', { lag_seconds: 0 });
      expect((await get(app, '/health/ready')).body.details.stock).toMatchObject({
        status: 'UP',
        data: { lag_seconds: 0 },
      });
      health.set('stock', degraded('so so'));
      expect(await get(app, '/health/ready')).toReport('stock', 'DEGRADED', 'so so');
    });

    it('reports a thrown error like that of a client', async () => {
      const health = new FakeHealth();
      const app = await start(health);
      health.throw('stock', Object.assign(new Error('connect 10.0.0.1:5432'), { code: 'ECONNREFUSED' }));
      expect(await get(app, '/health/ready')).toReport('stock', 'DOWN', /^connection refused$/);
      health.throw('stock', new HealthCheckError('the stock is being counted'));
      expect(await get(app, '/health/ready')).toReport('stock', 'DOWN', 'being counted');
    });

    it('hangs until the timeout, and runs again after it', async () => {
      const health = new FakeHealth();
      const app = await start(health, { timeout: 20 });
      health.hang('stock');
      expect(await get(app, '/health/ready')).toReport('stock', 'DOWN', 'timed out after 20 ms');
      expect(await get(app, '/health/ready')).toReport('stock', 'DOWN', 'timed out after 20 ms');
      health.recover('stock');
      expect(await get(app, '/health/ready')).toReport('stock', 'UP');
    });

    it('ends a hanging check with the next setting', async () => {
      const health = new FakeHealth();
      const { app } = await start(health, { timeout: 60_000 });
      health.hang('stock');
      const running = app.get(HealthService).check('stock');
      health.setDown('stock', 'it is over');
      expect(await running).toMatchObject({ status: 'DOWN', error: 'it is over' });
    });

    it('is DEGRADED when slow exceeds slowThreshold', async () => {
      const health = new FakeHealth();
      const app = await start(health, { slowThreshold: 10, timeout: 60_000 });
      health.slow('stock', 30);
      expect(await get(app, '/health/ready')).toReport('stock', 'DEGRADED', /^slow: took \d+ ms, more than 10 ms$/);
      expect(() => health.slow('stock', -1)).toThrow(
        'FakeHealth.slow: its value is -1; use a whole number of milliseconds from 0',
      );
    });

    it('recovers all checks', async () => {
      const health = new FakeHealth();
      const app = await start(health);
      health.setDown('stock');
      health.hang('database');
      health.recoverAll();
      expect(await get(app, '/health/ready')).toHaveHealthStatus('UP');
    });

    it('ignores thresholds, retries, interval and condition', async () => {
      const health = new FakeHealth();
      const when = vi.fn<() => boolean>(() => false);
      const app = await start(health, {
        interval: 60_000,
        initialDelay: 60_000,
        retries: 5,
        retryDelay: 60_000,
        failureThreshold: 3,
        successThreshold: 3,
        when,
      });
      expect(await get(app, '/health/ready')).toReport('stock', 'UP');
      health.setDown('stock');
      expect(await get(app, '/health/ready')).toReport('stock', 'DOWN');
      health.recover('stock');
      expect(await get(app, '/health/ready')).toReport('stock', 'UP');
      expect(when).not.toHaveBeenCalled();
    });

    it('can be set before the application starts', async () => {
      const health = new FakeHealth();
      health.setDegraded('stock', 'from the beginning');
      expect(await get(await start(health), '/health/ready')).toReport('stock', 'DEGRADED', 'from the beginning');
    });

    it('replaces only the indicators that its constructor names', async () => {
      const health = new FakeHealth('stock', 'database');
      const app = await start(health);
      const ready = await get(app, '/health/ready');
      expect(ready).toReport('payments', 'DOWN');
      expect(ready).toReport('stock', 'UP');
      expect(() => health.setDown('payments')).toThrow(
        'FakeHealth does not replace "payments": its constructor names only stock, database. Add "payments" there, or give no names to replace all indicators.',
      );
    });

    it('lists the indicators when a test sets an unknown one', async () => {
      const health = new FakeHealth();
      await start(health);
      expect(() => health.setDown('paymets')).toThrow(
        'There is no indicator named "paymets". FakeHealth replaces: stock, payments, database.',
      );
    });

    it('stops the boot for unknown names and for settings without effect', async () => {
      const health = new FakeHealth();
      health.setDown('paymets');
      health.setDown('stock');
      await expect(start(health, { enabled: false })).rejects.toThrow(
        /1\. FakeHealth: there is no indicator named "paymets"\n +Remedy: did you mean "payments"\? the indicators are stock, payments, database\n +2\. FakeHealth: the indicator "stock" is not enabled, so its check never runs/,
      );
      await expect(start(new FakeHealth('paymets', 'database'))).rejects.toThrow(
        'FakeHealth: there is no indicator named "paymets"',
      );
    });

    it('refuses to set an indicator that is not enabled', async () => {
      const health = new FakeHealth();
      await start(health, { enabled: false });
      expect(() => health.setDown('stock')).toThrow('The indicator "stock" is not enabled, so its check never runs.');
    });
  });

  describe('startReady', () => {
    it('listens on a free port, and closes at the end of a block', async () => {
      let address = '';
      {
        await using started = await startReady(await create({ imports: [HealthModule.forRoot()] }));
        address = started.url;
        expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
        await expect(fetch(`${address}/health/ready`)).toBeReady();
      }
      await expect(fetch(address)).rejects.toThrow('fetch failed');
    });

    it('waits for delayReadiness', async () => {
      const app = await create({ imports: [HealthModule.forRoot()] });
      let isDone = false;
      void app.get(HealthService).delayReadiness('catalogue', async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        isDone = true;
      });
      await using started = await startReady(app);
      expect(isDone).toBe(true);
      expect(started.app).toBe(app);
    });

    it('resolves when ready is DEGRADED', async () => {
      const health = new FakeHealth();
      health.setDegraded('stock');
      const { url } = await start(health);
      await expect(fetch(`${url}/health/ready`)).toHaveHealthStatus('DEGRADED');
    });

    it('closes an application that is not ready in time, and shows the last report', async () => {
      const health = new FakeHealth();
      health.setDown('database', 'connection refused');
      const destroyed = vi.fn<() => void>();
      @Injectable()
      class Pool {
        onModuleDestroy(): void {
          destroyed();
        }
      }
      const app = await create(
        { imports: [HealthModule.forRoot()], providers: [Pool, PgIndicator('database', { client: 'NO_SUCH_POOL' })] },
        health,
      );
      const error: unknown = await startReady(app, { timeout: 100 }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(NotReadyError);
      expect(error).toMatchObject({ timeout: 100, report: { status: 'DOWN' } });
      expect(String(error)).toBe(
        'NotReadyError: The application was not ready within 100 ms. The last report: DOWN\n' +
          '  database  DOWN            connection refused',
      );
      expect(destroyed).toHaveBeenCalledOnce();
    });

    it('rejects when a lifecycle hook does not finish', async () => {
      @Injectable()
      class Migration implements OnModuleInit {
        onModuleInit(): Promise<void> {
          return never();
        }
      }
      const app = await create({ imports: [HealthModule.forRoot()], providers: [Migration] });
      await expect(startReady(app, { timeout: 50 })).rejects.toThrow(
        'The application did not start within 50 ms. A lifecycle hook or an asynchronous provider has not finished.',
      );
    });

    it('throws the error of the start', async () => {
      @Injectable()
      class Broken implements OnModuleInit {
        onModuleInit(): void {
          throw new Error('the disk is full');
        }
      }
      const app = await create({ imports: [HealthModule.forRoot()], providers: [Broken] });
      await expect(startReady(app)).rejects.toThrow('the disk is full');
    });

    it('reports a missing HealthModule and unknown options', async () => {
      await expect(startReady(await create({}))).rejects.toThrow(
        'The application has no HealthModule. Import HealthModule.forRoot() in its root module.',
      );
      const app = await create({ imports: [HealthModule.forRoot()] });
      // @ts-expect-error: misspelt
      await expect(startReady(app, { timout: 1, port: -1 })).rejects.toThrow(
        'startReady: there is no option "timout"; did you mean "timeout"? the options are timeout, port\n' +
          'startReady, port: its value is -1; use a whole number from 0 to 65535',
      );
      await app.close();
    });
  });

  describe('simulateDrain', () => {
    it('loses no request when the shutdown waits for the balancer', async () => {
      // On a busy machine the event loop may be blocked for longer than the balancer's interval.
      vi.stubEnv('HEALTH_SHUTDOWN_MIN_DELAY', '3000');
      const app = await start(new FakeHealth());
      const drain = await simulateDrain(app, { request: '/orders' });
      expect(drain.lost).toEqual([]);
      expect(drain.responded).toBe(drain.sent);
      expect(drain.sent).toBeGreaterThanOrEqual(20);
      expect(drain.noticedAfter).toBeLessThan(drain.drainTook);
      expect(drain.longestStall).toBeGreaterThan(0);
    });

    it('lists the lost requests when the shutdown does not wait for the balancer', async () => {
      vi.stubEnv('HEALTH_SHUTDOWN_DELAY', '0');
      const app = await start(new FakeHealth());
      const drain = await simulateDrain(app, { request: '/orders' });
      expect(drain.lost.length).toBeGreaterThan(0);
      expect(drain.sent).toBe(drain.responded + drain.lost.length);
      for (const { when, error } of drain.lost) {
        expect(when).toBeGreaterThanOrEqual(0);
        expect(error).toMatch(/^E[A-Z]+$/);
      }
      expect(drain.noticedAfter).toBeGreaterThan(drain.drainTook);
    });

    it('accepts a function, and counts its rejections as lost', async () => {
      const app = await start(new FakeHealth());
      let calls = 0;
      const drain = await simulateDrain(app, {
        rate: 50,
        interval: 60,
        request: async (url) => {
          calls += 1;
          expect(url).toBe(app.url);
          if (calls === 3) throw new Error('the third');
        },
      });
      expect(drain.sent).toBe(calls);
      expect(drain.lost).toEqual([{ when: expect.any(Number) as number, error: 'the third' }]);
      expect(drain.lost[0]?.when).toBeLessThan(0);
    });

    it('refuses a wrong path and wrong options', async () => {
      const app = await start(new FakeHealth());
      await expect(simulateDrain(app, { request: '/ordres' })).rejects.toThrow(
        'GET /ordres has the status code 404 before the shutdown begins. Use a path with a status code below 400.',
      );
      await expect(simulateDrain(app, { request: '/orders', ready: '/healthz' })).rejects.toThrow(
        'GET /healthz has the status code 404',
      );
      await expect(simulateDrain(app, { request: 'orders', interval: 10 })).rejects.toThrow(
        'simulateDrain, request: its value is "orders"; use a path that begins with "/", or a function\n' +
          'simulateDrain, interval: its value is 10; use a whole number of milliseconds from 50 to 30000',
      );
      // @ts-expect-error: request is missing
      await expect(simulateDrain(app, {})).rejects.toThrow('simulateDrain, request: it is missing');
    });
  });

  it('read the responses of fetch and supertest', async () => {
    const health = new FakeHealth();
    const { url } = await start(health);
    health.setDown('stock', 'gone');
    await expect(fetch(`${url}/health/ready`)).toReport('stock', 'DOWN', 'gone');
    await expect(await fetch(`${url}/health/ready`)).not.toBeReady();
    await expect(request(url).get('/health/ready')).toReport('stock', 'DOWN', 'gone');
    await expect(request(url).head('/health/ready')).toHaveHealthStatus('DOWN');
    await expect(fetch(`${url}/health/live`)).toBeLive();
  });
});

it('the test matchers read the responses of inject() of Fastify', async () => {
  const health = new FakeHealth();
  health.setDown('stock', 'gone');
  const module = await health
    .override(Test.createTestingModule({ imports: [HealthModule.forRoot()], providers: [StockClient, stock()] }))
    .setLogger(new CapturedLog())
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  onTestFinished(() => app.close());
  await app.init();
  expect(await app.inject('/health/stock')).toReport('stock', 'DOWN', 'gone');
  await expect(app.inject('/health/ready')).not.toBeReady();
});

function createOn(adapter: AdapterName, module: { createNestApplication: (...args: never[]) => INestApplication }) {
  const create = module.createNestApplication.bind(module) as (on?: FastifyAdapter) => INestApplication;
  return adapter === 'fastify' ? create(new FastifyAdapter()) : create();
}
