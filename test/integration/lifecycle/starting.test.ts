import { describe, expect, it } from 'vitest';
import { useConcurrentTests } from '../../support/concurrent-tests.js';
import { isNightly } from '../../support/nightly.js';
import { ProcessApplication } from '../../support/process-application/process-application.js';
import { ONE_VARIANT, VARIANTS } from '../../support/process-application/variants.js';

useConcurrentTests();

/** At night also plain Nest, whose exits the test expects. */
const ENDINGS = isNightly
  ? ([
      ['SIGTERM', true],
      ['SIGINT', true],
      ['SIGTERM', false],
      ['SIGINT', false],
    ] as const)
  : ([['SIGTERM', true]] as const);

describe.concurrent.each(VARIANTS)('%s', (_, { nest, adapter }) => {
  it.each(ENDINGS)('%s while modules start ends the process, with the library: %s', async (signal, health) => {
    const application = ProcessApplication.spawn(nest, { adapter, health, parts: ['slow start'] });
    await application.event('starting');
    application.signal(signal);
    application.open('init');
    expect(await application.exited()).toEqual({ code: null, signal });
  });

  it('a signal while modules start makes ready 503', async () => {
    const application = ProcessApplication.spawn(nest, { adapter, parts: ['slow start'] });
    await application.event('starting');
    await application.command('hold');
    application.signal('SIGTERM');
    application.open('init');
    await application.listening();

    expect(await application.statusOf('/health/ready')).toBe(503);
    expect(await application.statusOf('/health/live')).toBe(200);
    expect(application.isRunning).toBe(true);
    const idle = await application.idleConnection();

    const since = Date.now();
    await application.command('release');
    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await application.exitedAfter(since)).toBeLessThan(4500);
    await idle.waitForClose();
  });
});

// These tests depend neither on Nest nor on the adapter.
describe.concurrent.each(ONE_VARIANT)('a warm-up, with %s,', (_, { nest, adapter }) => {
  it('makes only ready fail', async () => {
    const application = await ProcessApplication.start(nest, { adapter, parts: ['warm-up'] });
    const ready = await application.ask('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.body).toContain('cache');
    expect(await application.statusOf('/health/live')).toBe(200);
    expect(await application.statusOf('/order')).toBe(200);

    application.open('warm-up');
    await application.until('200 on ready', async () =>
      (await application.statusOf('/health/ready')) === 200 ? true : undefined,
    );
  });

  it('makes ready fail with retry until an attempt succeeds', async () => {
    const application = await ProcessApplication.start(nest, { adapter, parts: ['warm-up with retries'] });
    await application.event('third attempt');
    expect(await application.statusOf('/health/ready')).toBe(503);
    application.open('warm-up');

    expect(await application.event('warmed up')).toMatchObject({ isWarm: true, attempts: 3 });
    expect(await application.statusOf('/health/ready')).toBe(200);
    expect(application.log('error')).toEqual([
      expect.stringContaining('cache failed, next attempt in 20 ms'),
      expect.stringContaining('cache failed, next attempt in 20 ms'),
    ]);
  });

  it('does not delay the shutdown while it is in progress', async () => {
    const application = await ProcessApplication.start(nest, { adapter, parts: ['warm-up with retries'] });
    await application.event('third attempt');
    application.signal('SIGTERM');

    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
  });
});
