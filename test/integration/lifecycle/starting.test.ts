import { describe, expect, it, vi } from 'vitest';
import { type Exit, ProcessApplication } from '../../support/process-application/process-application.js';
import { VARIANTS } from '../../support/process-application/variants.js';

vi.setConfig({ testTimeout: 60_000 });

describe.each(VARIANTS)('%s', (_, { nest, adapter }) => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s while modules start ends the process like plain Nest', async (signal) => {
    const exits: Exit[] = [];
    for (const health of [false, true]) {
      const application = ProcessApplication.spawn(nest, { adapter, health, parts: ['slow start'] });
      await application.event('starting');
      application.signal(signal);
      application.open('init');
      exits.push(await application.exited());
    }

    expect(exits[1]).toEqual(exits[0]);
    expect(exits[1]).toEqual({ code: null, signal });
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
    expect(await application.exitedAfter(since)).toBeLessThan(3000);
    await idle.waitForClose();
  });

  it('a warm-up holds ready only', async () => {
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

  it('a warm-up with retry holds ready until an attempt succeeds', async () => {
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

  it('a warm-up in progress does not delay the shutdown', async () => {
    const application = await ProcessApplication.start(nest, { adapter, parts: ['warm-up with retries'] });
    await application.event('third attempt');
    application.signal('SIGTERM');

    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
  });
});
