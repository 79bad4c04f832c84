import { HealthModule, type HealthIndicatorOptions, type HealthModuleOptions, degraded, down, up } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { optionOutOfRange, probeUnknown } from '../../src/errors/messages.js';
import { whole } from '../../src/options/rules.js';
import { reportIn, statusesIn } from '../support/responses.js';
import { type FakeBehaviour, FakeIndicator, type FakeIndicatorClass, throwing } from '../support/fake-indicator.js';
import { faultsOf } from '../support/faults.js';
import { latch, never } from '../support/latch.js';
import { passTime, passTimeUntil, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';
import { setVariables } from '../support/variables.js';

describe.each(ADAPTERS)('the environment on %s', (adapter) => {
  const startWith = (
    stock: FakeIndicatorClass,
    options: HealthModuleOptions = {},
    others: readonly FakeIndicatorClass[] = [],
  ): Promise<TestApplication> =>
    startApplication(adapter, { imports: [HealthModule.forRoot(options)], providers: [stock, ...others] });
  const start = (
    behaviour?: FakeBehaviour,
    options: HealthIndicatorOptions = {},
    module: HealthModuleOptions = {},
  ): Promise<TestApplication> => startWith(FakeIndicator('stock', behaviour, options), module);

  describe('HEALTH_<NAME>_<OPTION>', () => {
    it('PROBES', async () => {
      setVariables({ HEALTH_STOCK_PROBES: ' live , startup ' });
      const application = await start(() => down('gone'));
      expect((await application.get('/health/live')).status).toBe(503);
      expect(statusesIn(await application.get('/health/ready'))).toEqual({});
    });

    it('PROBES with an unknown probe is refused', async () => {
      setVariables({ HEALTH_STOCK_PROBES: 'raedy' });
      const root = { imports: [HealthModule.forRoot()], providers: [FakeIndicator('stock')] };
      expect(await faultsOf(adapter, root)).toEqual([
        probeUnknown('Fake in RootModule, probes', 'raedy', ['live', 'ready', 'startup', 'deep']),
      ]);
    });

    it('CRITICAL', async () => {
      setVariables({ HEALTH_STOCK_CRITICAL: 'no' });
      expect((await (await start(() => down('gone'))).get('/health/ready')).status).toBe(200);
    });

    it('ENABLED', async () => {
      setVariables({ HEALTH_STOCK_ENABLED: 'off' });
      expect(statusesIn(await (await start(() => down('gone'))).get('/health/ready'))).toEqual({ stock: 'SKIPPED' });
    });

    it.each([
      ['50', 50],
      ['50ms', 50],
      ['50 ms', 50],
      ['2s', 2000],
      [' 1m ', 60_000],
      ['1h', 3_600_000],
    ])('TIMEOUT=%j is %i ms', async (text, milliseconds) => {
      setVariables({ HEALTH_STOCK_TIMEOUT: text });
      const stock = FakeIndicator('stock');
      await (await startWith(stock)).get('/health/ready');
      expect(stock.runs[0]?.timeout).toBe(milliseconds);
    });

    it('TTL', async () => {
      stopClock();
      setVariables({ HEALTH_STOCK_TTL: '5s' });
      const stock = FakeIndicator('stock');
      const application = await startWith(stock);
      await application.get('/health/ready');
      await passTime(5000);
      await application.get('/health/ready');
      expect(stock.runs).toHaveLength(1);
      await passTime(1);
      await application.get('/health/ready');
      expect(stock.runs).toHaveLength(2);
    });

    it('INTERVAL and INITIAL_DELAY', async () => {
      stopClock();
      setVariables({ HEALTH_STOCK_INTERVAL: '10s', HEALTH_STOCK_INITIAL_DELAY: '500ms' });
      const stock = FakeIndicator('stock');
      const application = await startWith(stock);
      expect((await application.get('/health/ready')).status).toBe(503);
      await passTime(499);
      expect(stock.runs).toHaveLength(0);
      await passTime(1);
      expect(stock.runs).toHaveLength(1);
      expect((await application.get('/health/ready')).status).toBe(200);
      // The interval varies by a tenth.
      await passTime(11_001);
      expect(stock.runs).toHaveLength(2);
    });

    it('INTERVAL=off removes the interval of the code', async () => {
      setVariables({ HEALTH_STOCK_INTERVAL: 'OFF' });
      const stock = FakeIndicator('stock', undefined, { interval: 60_000 });
      const application = await startWith(stock);
      expect(stock.runs).toHaveLength(0);
      expect((await application.get('/health/ready')).status).toBe(200);
      expect(stock.runs).toHaveLength(1);
    });

    it('MAX_AGE', async () => {
      stopClock();
      setVariables({ HEALTH_STOCK_MAX_AGE: '3s' });
      const stock = FakeIndicator('stock', undefined, { interval: 1000, timeout: 600_000 });
      const application = await startWith(stock);
      await passTime(1);
      stock.behaviour = never;
      await passTime(3001);
      expect(reportIn(await application.get('/health/deep')).details['stock']?.message).toBe(
        'its last result is older than 3000 ms',
      );
    });

    it('RETRIES and RETRY_DELAY', async () => {
      stopClock();
      setVariables({ HEALTH_STOCK_RETRIES: '2', HEALTH_STOCK_RETRY_DELAY: '40ms' });
      const began = latch();
      const stock = FakeIndicator('stock', () => {
        began.open();
        throw new Error('boom');
      });
      const application = await startWith(stock);
      const response = application.get('/health/ready');
      await began.promise;
      await passTime(39);
      expect(stock.runs).toHaveLength(1);
      await passTime(1);
      expect(stock.runs).toHaveLength(2);
      await passTime(40);
      expect(stock.runs).toHaveLength(3);
      expect((await response).status).toBe(503);
    });

    it('FAILURE_THRESHOLD and SUCCESS_THRESHOLD', async () => {
      setVariables({ HEALTH_STOCK_FAILURE_THRESHOLD: '2', HEALTH_STOCK_SUCCESS_THRESHOLD: '2', HEALTH_STOCK_TTL: '0' });
      stopClock();
      const stock = FakeIndicator('stock');
      const application = await startWith(stock);
      const probe = async (behaviour: FakeBehaviour): Promise<number> => {
        await passTime(1);
        stock.behaviour = behaviour;
        return (await application.get('/health/ready')).status;
      };
      const codes: number[] = [];
      const fine: FakeBehaviour = () => up();
      for (const behaviour of [fine, throwing('a'), throwing('b'), fine, fine]) codes.push(await probe(behaviour));
      expect(codes).toEqual([200, 200, 503, 503, 200]);
    });

    it('SLOW_THRESHOLD, and off', async () => {
      const slow = async (text: string): Promise<string | undefined> => {
        setVariables({ HEALTH_STOCK_SLOW_THRESHOLD: text });
        const application = await start(() => new Promise<void>((resolve) => setTimeout(resolve, 50)), {
          slowThreshold: 20,
        });
        return statusesIn(await passTimeUntil(application.get('/health/ready')))['stock'];
      };
      stopClock();
      expect(await slow('400ms')).toBe('UP');
      expect(await slow('10ms')).toBe('DEGRADED');
      expect(await slow('off')).toBe('UP');
    });

    it('TAGS', async () => {
      setVariables({ HEALTH_STOCK_TAGS: 'money,paper' });
      const application = await start(undefined, {}, { groups: { billing: { tags: ['paper'] } } });
      expect(statusesIn(await application.get('/health/billing'))).toEqual({ stock: 'UP' });
    });

    it('has the name in capitals, with underscores for all other characters', async () => {
      setVariables({ HEALTH_PAYMENTS_API_V2_ENABLED: 'false' });
      const application = await startWith(FakeIndicator('payments-api.v2', () => down('gone')));
      expect(statusesIn(await application.get('/health/ready'))).toEqual({ 'payments-api.v2': 'SKIPPED' });
    });

    it('with a blank value counts as unset', async () => {
      setVariables({ HEALTH_STOCK_ENABLED: '  ', HEALTH_STOCK_TIMEOUT: '' });
      expect(statusesIn(await (await start()).get('/health/ready'))).toEqual({ stock: 'UP' });
    });
  });

  describe('HEALTH_<OPTION>', () => {
    it('PATH', async () => {
      setVariables({ HEALTH_PATH: 'internal/status' });
      const application = await start(undefined, {}, { path: 'health' });
      expect((await application.get('/internal/status/ready')).status).toBe(200);
      expect((await application.get('/health/ready')).status).toBe(404);
    });

    it('DEADLINE, and the deadline of an endpoint', async () => {
      stopClock();
      setVariables({ HEALTH_DEADLINE: '100ms', HEALTH_DEEP_DEADLINE: '200' });
      const application = await start(never, { timeout: 60_000 });
      const error = async (path: string): Promise<string | undefined> =>
        reportIn(await passTimeUntil(application.get(path))).details['stock']?.error;
      expect(await error('/health/stock')).toBe('no result within 100 ms');
      expect(await error('/health/deep')).toBe('no result within 200 ms');
    });

    it('MAX_CONCURRENCY', async () => {
      setVariables({ HEALTH_MAX_CONCURRENCY: '1' });
      let running = 0;
      let most = 0;
      const behaviour = async (): Promise<void> => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      };
      const others = ['a', 'b', 'c'].map((name) => FakeIndicator(name, behaviour));
      const application = await startWith(FakeIndicator('stock', behaviour), {}, others);
      expect((await application.get('/health/ready')).status).toBe(200);
      expect(most).toBe(1);
    });

    it('RETRY_AFTER', async () => {
      setVariables({ HEALTH_RETRY_AFTER: '42' });
      const application = await start(() => down('gone'));
      expect((await application.get('/health/ready')).headers['retry-after']).toBe('42');
    });

    it('LOGGING', async () => {
      setVariables({ HEALTH_LOGGING: 'false' });
      const application = await start(() => down('gone'));
      await application.get('/health/ready');
      expect(application.log.health()).toEqual([]);
    });

    it('ALIASES', async () => {
      setVariables({ HEALTH_ALIASES: 'true' });
      expect((await (await start()).get('/readyz')).status).toBe(200);
      setVariables({ HEALTH_ALIASES: 'false' });
      expect((await (await start(undefined, {}, { aliases: true })).get('/readyz')).status).toBe(404);
    });

    it('<ENDPOINT>_ENABLED, _PATH', async () => {
      setVariables({ HEALTH_STARTUP_ENABLED: 'no', HEALTH_DEEP_ENABLED: 'yes', HEALTH_READY_PATH: 'readiness' });
      const application = await start(undefined, {}, { endpoints: { deep: false } });
      expect((await application.get('/health/startup')).status).toBe(404);
      expect((await application.get('/health/deep')).status).toBe(200);
      expect((await application.get('/health/readiness')).status).toBe(200);
    });
  });

  describe('precedence', () => {
    /** The timeout of a run, as the check sees it. */
    const timeoutIn = async (
      decorator: number | undefined,
      module: HealthModuleOptions,
    ): Promise<number | undefined> => {
      const stock = FakeIndicator('stock', undefined, decorator === undefined ? {} : { timeout: decorator });
      await (await startWith(stock, module)).get('/health/ready');
      return stock.runs[0]?.timeout;
    };

    it('default < module defaults < HEALTH_DEFAULT_ < decorator < module, by name < HEALTH_<NAME>_', async () => {
      const defaults = { defaults: { timeout: 201 } };
      const byName = { ...defaults, indicators: { stock: { timeout: 204 } } };
      expect(await timeoutIn(undefined, {})).toBe(500);
      expect(await timeoutIn(undefined, defaults)).toBe(201);
      setVariables({ HEALTH_DEFAULT_TIMEOUT: '202' });
      expect(await timeoutIn(undefined, defaults)).toBe(202);
      expect(await timeoutIn(203, defaults)).toBe(203);
      expect(await timeoutIn(203, byName)).toBe(204);
      setVariables({ HEALTH_STOCK_TIMEOUT: '205' });
      expect(await timeoutIn(203, byName)).toBe(205);
    });

    it.each<[string, string]>([
      ['CRITICAL', 'false'],
      ['ENABLED', 'false'],
      ['PROBES', 'deep'],
      ['FAILURE_THRESHOLD', '3'],
    ])('HEALTH_DEFAULT_%s applies to every indicator', async (option, value) => {
      setVariables({ [`HEALTH_DEFAULT_${option}`]: value });
      const other = FakeIndicator('other', () => degraded('slow'));
      const application = await startWith(FakeIndicator('stock'), {}, [other]);
      expect((await application.get('/health/ready')).status).toBe(200);
      expect(application.log.health().filter((line) => line.includes('have no effect'))).toEqual([]);
    });

    it('HEALTH_DEFAULT_CRITICAL=false makes failures DEGRADED', async () => {
      setVariables({ HEALTH_DEFAULT_CRITICAL: 'false' });
      const ready = await (await start(() => down('gone'))).get('/health/ready');
      expect([ready.status, reportIn(ready).status]).toEqual([200, 'DEGRADED']);
    });

    it('a module option from the environment has precedence over the code', async () => {
      setVariables({ HEALTH_RETRY_AFTER: '42' });
      const application = await start(() => down('gone'), {}, { retryAfter: 7 });
      expect((await application.get('/health/ready')).headers['retry-after']).toBe('42');
    });
  });

  describe('environmentPrefix', () => {
    it('can be a custom prefix', async () => {
      setVariables({ ORDERS_HEALTH_STOCK_ENABLED: 'false', HEALTH_STOCK_ENABLED: 'true', HEALTH_STOKC: '1' });
      const application = await start(undefined, {}, { environmentPrefix: 'ORDERS_HEALTH_' });
      expect(statusesIn(await application.get('/health/ready'))).toEqual({ stock: 'SKIPPED' });
      expect(application.log.health()).toEqual([]);
    });

    it('false: the environment is not read, even with invalid variables', async () => {
      setVariables({
        HEALTH_STOCK_ENABLED: 'false',
        HEALTH_DEADLINE: 'soon',
        HEALTH_API_KEYS: 'key',
        HEALTH_STOKC: '1',
      });
      const application = await start(undefined, {}, { environmentPrefix: false });
      expect(statusesIn(await application.get('/health/ready'))).toEqual({ stock: 'UP' });
      expect((await application.get('/health/deep')).status).toBe(200);
      expect(application.log.health()).toEqual([]);
    });

    it('false: faults in the code are still refused', async () => {
      const root = { imports: [HealthModule.forRoot({ environmentPrefix: false, retryAfter: -1 })] };
      expect(await faultsOf(adapter, root)).toEqual([
        optionOutOfRange('HealthModule options, retryAfter', '-1', whole(0, 86_400).expected),
      ]);
    });
  });

  describe('the warning for variables that have no effect', () => {
    it('lists each of them, in one line', async () => {
      setVariables({
        HEALTH_STOKC_TIMEOUT: '1s',
        HEALTH_DEADLIEN: '2s',
        HEALTH_STOCK_WHEN: 'true',
        HEALTH_STOCK_TTL: '1s',
      });
      const { log } = await start();
      expect(log.health('warn')).toHaveLength(1);
      expect(log.health('warn')[0]).toMatch(/^These environment variables have no effect: /);
      expect(log.health('warn')[0]?.split(': ')[1]?.split(', ').toSorted()).toEqual([
        'HEALTH_DEADLIEN (did you mean HEALTH_DEADLINE?)',
        'HEALTH_STOCK_WHEN',
        'HEALTH_STOKC_TIMEOUT (did you mean HEALTH_STOCK_TIMEOUT?)',
      ]);
    });

    it('is not logged when all variables are used', async () => {
      setVariables({ HEALTH_STOCK_TTL: '1s', HEALTH_DEFAULT_TTL: '1s', HEALTH_DEADLINE: '700', HEALTHY: 'yes' });
      expect((await start()).log.health()).toEqual([]);
    });
  });

  it('no indicator shares a variable with an option of the module', async () => {
    setVariables({ HEALTH_SHUTDOWN_TIMEOUT: '25s' });
    const shutdown = FakeIndicator('shutdown');
    const runs = await startWith(shutdown).then(
      async (application) => {
        await application.get('/health/ready');
        return shutdown.runs.map(({ timeout }) => timeout);
      },
      // A refusal of the name at boot is also correct.
      () => [500],
    );
    expect(runs).toEqual([500]);
  });
});
