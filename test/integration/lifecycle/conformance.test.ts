import { describe, expect, it } from 'vitest';
import { useConcurrentTests } from '../../support/concurrent-tests.js';
import { ProcessApplication } from '../../support/process-application/process-application.js';
import { ALL_VARIANTS, VARIANTS } from '../../support/process-application/variants.js';

useConcurrentTests();

/** A long bound for steps that happen at once, below the 5 s and 72 s for which the servers keep idle connections. */
const SOON = 4500;

describe.concurrent.each(ALL_VARIANTS)('%s', (_, { nest, adapter }) => {
  it('responds with 503 to ready and 200 to live, and serves requests, until the drain ends', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    await application.command('hold');
    expect(await application.statusOf('/health/ready')).toBe(200);

    application.signal('SIGTERM');
    const ready = await application.draining();
    expect(ready.headers['retry-after']).toBe('5');
    expect(ready.headers['x-health-status']).toBe('OUT_OF_SERVICE');
    for (let round = 0; round < 5; round += 1) {
      expect(await application.statusOf('/health/live')).toBe(200);
      expect(await application.statusOf('/health/ready')).toBe(503);
      expect(await application.ask('/order')).toMatchObject({ status: 200, body: 'rows' });
    }
    expect(application.eventsOf('pool destroyed')).toEqual([]);

    await application.command('release');
    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(application.eventsOf('pool destroyed')).toHaveLength(1);
    expect(application.eventsOf('query after destruction')).toEqual([]);
  });
});

describe.concurrent.each(VARIANTS)('%s', (_, { nest, adapter }) => {
  it('completes a request of 2 s that is in flight at SIGTERM with 200, and exits soon after it', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    const response = application.ask('/slow?ms=2000');
    await application.event('working');

    application.signal('SIGTERM');

    expect(await response).toMatchObject({ status: 200, body: 'rows' });
    expect(await application.exitedAfter(Date.now())).toBeLessThan(SOON);
    expect(application.eventsOf('query after destruction')).toEqual([]);
  });

  it('does not delay the exit for an idle keep-alive socket or a socket that never sent a byte', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    const idle = await application.idleConnection();
    const silent = await application.connect();

    const since = Date.now();
    application.signal('SIGTERM');

    expect(await application.exitedAfter(since)).toBeLessThan(SOON);
    await idle.waitForClose();
    await silent.waitForClose();
    expect(application.log('log')).toContain('Closed 1 idle and 1 silent connections');
  });

  it('runs one drain for two signals and for two calls of close()', async () => {
    const signalled = await ProcessApplication.start(nest, { adapter, parts: ['consumer'] });
    await signalled.command('hold');
    signalled.signal('SIGTERM');
    await signalled.event('told to drain');
    signalled.signal('SIGTERM');
    signalled.signal('SIGINT');
    await signalled.draining();
    expect(await signalled.ask('/order')).toMatchObject({ status: 200 });
    signalled.open('consumer');
    await signalled.command('release');
    expect(await signalled.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(signalled.eventsOf('told to drain')).toHaveLength(1);

    const closed = await ProcessApplication.start(nest, { adapter, parts: ['consumer'] });
    await closed.command('close');
    await closed.command('close');
    await closed.draining();
    expect(closed.eventsOf('closed')).toEqual([]);
    closed.open('consumer');
    expect(await closed.exited()).toEqual({ code: 0, signal: null });
    expect(closed.eventsOf('told to drain')).toHaveLength(1);
    expect(closed.eventsOf('closed')).toHaveLength(2);
    expect(closed.eventsOf('query after destruction')).toEqual([]);
  });

  it('completes the drain when a shutdown hook of the application throws', async () => {
    const application = await ProcessApplication.start(nest, {
      adapter,
      parts: ['throwing consumer', 'throwing onModuleDestroy', 'throwing beforeApplicationShutdown', 'consumer'],
    });
    application.signal('SIGTERM');
    await application.event('told to drain');
    expect(await application.draining()).toMatchObject({ status: 503 });
    expect(await application.ask('/order')).toMatchObject({ status: 200, body: 'rows' });
    expect(application.eventsOf('about to throw')).toEqual([]);
    application.open('consumer');

    await application.exited();
    expect(application.orderOf('consumer stopped', 'about to throw')[0]).toBe('consumer stopped');
    expect(application.eventsOf('about to throw').length).toBeGreaterThan(0);
    expect(application.log('error')).toEqual([
      expect.stringContaining('ThrowingConsumer.stopPulling failed while the drain began'),
    ]);
  });

  it('delays the exit for delayShutdown until it settles, up to the limit', async () => {
    const patient = await ProcessApplication.start(nest, { adapter });
    await patient.command('promise', 'report');
    patient.signal('SIGTERM');
    await patient.draining();
    expect(patient.isRunning).toBe(true);
    patient.open('report');
    expect(await patient.exitedAfter(Date.now())).toBeLessThan(SOON);
    expect(patient.log('warn')).toEqual([]);

    const limited = await ProcessApplication.start(nest, { adapter, shutdown: { timeout: 300 } });
    await limited.command('promise', 'report');
    await limited.command('hold', 'mail');
    limited.signal('SIGTERM');
    expect(await limited.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(limited.log('warn')).toEqual([
      expect.stringMatching(
        /^Work in flight did not finish within 300 ms: report \(for \d+ ms\), mail \(for \d+ ms\)$/,
      ),
    ]);
  });
});
