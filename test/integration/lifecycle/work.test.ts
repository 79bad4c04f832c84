import { describe, expect, it } from 'vitest';
import { useConcurrentTests } from '../../support/concurrent-tests.js';
import { ProcessApplication } from '../../support/process-application/process-application.js';
import { ONE_VARIANT, VARIANTS } from '../../support/process-application/variants.js';

useConcurrentTests();

const SOON = 4500;

describe.concurrent.each(VARIANTS)('%s', (_, { nest, adapter }) => {
  it('waits for the job that a request in flight has started', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    const response = application.ask('/job');
    await application.event('working');
    application.signal('SIGTERM');
    await application.draining();
    application.open('request');
    expect(await response).toMatchObject({ status: 200, body: 'rows' });
    await application.event('job begun');
    expect(await application.statusOf('/health/live')).toBe(200);
    application.open('job');

    await application.exited();
    expect(application.orderOf('job done', 'pool destroyed')).toEqual(['job done', 'pool destroyed']);
    expect(application.log('warn')).toEqual([]);
  });

  it('lets a slow upload finish', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    const upload = await application.connect();
    upload.write(
      'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 100000\r\n\r\n',
    );
    const part = 'x'.repeat(20_000);
    upload.write(part);
    await application.event('working');
    application.signal('SIGTERM');
    for (let sent = 1; sent < 5; sent += 1) {
      await application.draining();
      expect(upload.received).toBe('');
      upload.write(part);
    }

    await upload.waitFor('100000 bytes, rows');
    expect(upload.statusCodes).toEqual([201]);
    expect(upload.received).toMatch(/connection: close/i);
    const since = Date.now();
    await upload.waitForClose();
    expect(await application.exitedAfter(since)).toBeLessThan(SOON);
  });

  it('finishes a response whose headers were already sent, and closes its connection', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    const streamed = await application.busyConnection('/streamed');
    await streamed.waitFor('begun ');
    application.signal('SIGTERM');
    await application.draining();

    application.open('request');
    await streamed.waitFor('rows');
    const since = Date.now();
    expect(await application.exitedAfter(since)).toBeLessThan(SOON);
    await streamed.waitForClose();
  });

  it('finishes requests that arrive during the wait for other requests', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    const first = application.ask('/held');
    await application.event('working');
    application.signal('SIGTERM');
    await application.draining();
    const second = application.ask('/slow?ms=700');
    await application.event('working', 2);
    application.open('request');

    expect(await first).toMatchObject({ status: 200 });
    expect(await second).toMatchObject({ status: 200, body: 'rows' });
    await application.exited();
    expect(application.log('warn')).toEqual([]);
  });
});

// These tests depend neither on Nest nor on the adapter.
describe.concurrent.each(ONE_VARIANT)('the wait for work, with %s,', (_, { nest, adapter }) => {
  it('keeps a pool open while it is used', async () => {
    const application = await ProcessApplication.start(nest, { adapter, parts: ['poller', 'consumer'] });
    await application.command('hold');
    const held = application.ask('/held');
    await application.event('working');
    application.signal('SIGTERM');
    await application.event('told to drain');
    const polled = application.eventsOf('polled').length;
    await application.event('polled', polled + 5);

    application.open('consumer');
    await application.event('consumer stopped');
    application.open('request');
    expect(await held).toMatchObject({ status: 200, body: 'rows' });
    await application.event('polled', application.eventsOf('polled').length + 2);
    expect(application.eventsOf('pool destroyed')).toEqual([]);
    await application.command('release');

    await application.exited();
    expect(application.eventsOf('pool destroyed')).toHaveLength(1);
    expect(application.eventsOf('query after destruction')).toEqual([]);
  });

  it('logs the requests that exceed the limit, and exits', async () => {
    const application = await ProcessApplication.start(nest, { adapter, shutdown: { timeout: 400 } });
    const held = await application.busyConnection('/held?token=secret');
    const since = Date.now();
    application.signal('SIGTERM');

    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await application.exitedAfter(since)).toBeGreaterThanOrEqual(390);
    expect(await application.exitedAfter(since)).toBeLessThan(400 + SOON);
    expect(application.log('warn')).toEqual([
      expect.stringMatching(/^Work in flight did not finish within 400 ms: GET \/held \(for \d+ ms\)$/),
    ]);
    await held.waitForClose();
    expect(held.received).toBe('');
  });

  it('writes one line for each phase, with its duration', async () => {
    const application = await ProcessApplication.start(nest, { adapter, shutdown: { delay: 100 } });
    const response = application.ask('/slow?ms=600');
    await application.event('working');
    await application.idleConnection();
    application.signal('SIGTERM');
    await response;

    await application.exited();
    expect(application.announcements).toEqual([
      expect.stringMatching(/waiting for balancers for 100 ms, then for work in flight for at most \d+ ms\./),
      expect.stringMatching(/waiting for work in flight for at most \d+ ms: GET \/slow \(for \d+ ms\)\./),
    ]);
    expect(application.log()).toEqual([
      expect.stringMatching(/^Waited \d+ ms for balancers$/),
      expect.stringMatching(/^Work in flight finished after \d+ ms$/),
      'Closed 1 idle and 0 silent connections',
    ]);
  });
});
