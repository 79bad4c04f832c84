import { describe, expect, it } from 'vitest';
import { useConcurrentTests } from '../../support/concurrent-tests.js';
import type { Part } from '../../support/process-application/application/configuration.js';
import { type Exit, ProcessApplication } from '../../support/process-application/process-application.js';
import { ONE_VARIANT, VARIANTS } from '../../support/process-application/variants.js';

useConcurrentTests();

// These tests depend neither on Nest nor on the adapter.
describe.concurrent.each(ONE_VARIANT)('@OnDrain() methods, with %s', (_, { nest, adapter }) => {
  it('abandons an @OnDrain() method that hangs at its own limit', async () => {
    const application = await ProcessApplication.start(nest, { adapter, parts: ['limited hanging consumer'] });
    const since = Date.now();
    application.signal('SIGTERM');

    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await application.exitedAfter(since)).toBeLessThan(5000);
    expect(application.log('warn')).toEqual(['LimitedHangingConsumer.stopPulling did not finish within 300 ms']);
  });

  it('abandons an @OnDrain() method without its own limit at the limit of the shutdown', async () => {
    const application = await ProcessApplication.start(nest, {
      adapter,
      parts: ['hanging consumer'],
      shutdown: { timeout: 500 },
    });
    const since = Date.now();
    application.signal('SIGTERM');

    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await application.exitedAfter(since)).toBeGreaterThanOrEqual(490);
    expect(application.log('warn')).toContain('HangingConsumer.stopPulling did not finish within 500 ms');
  });

  it('completes the drain when an @OnDrain() method throws', async () => {
    const application = await ProcessApplication.start(nest, { adapter, parts: ['throwing consumer'] });
    const held = application.ask('/held');
    await application.event('working');
    application.signal('SIGTERM');
    expect(await application.draining()).toMatchObject({ status: 503 });
    application.open('request');

    expect(await held).toMatchObject({ status: 200, body: 'rows' });
    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(application.log('error')).toEqual([expect.stringContaining('the queue is gone')]);
  });
});

describe.concurrent.each(VARIANTS)('%s', (_, { nest, adapter }) => {
  it.each<[Part]>([['throwing onModuleDestroy'], ['throwing beforeApplicationShutdown']])(
    'exits like plain Nest with a %s',
    async (part) => {
      const [plain, drained] = await Promise.all(
        [false, true].map(async (health): Promise<Exit> => {
          const application = await ProcessApplication.start(nest, { adapter, health, parts: [part] });
          application.signal('SIGTERM');
          await application.event('about to throw');
          return application.exited();
        }),
      );

      expect(drained).toEqual(plain);
    },
  );
});
