import { describe, expect, it } from 'vitest';
import { useConcurrentTests, afterThisTest } from '../../support/concurrent-tests.js';
import { BusyClient } from '../../support/process-application/busy-client.js';
import { ProcessApplication } from '../../support/process-application/process-application.js';
import { ONE_VARIANT, VARIANTS } from '../../support/process-application/variants.js';

useConcurrentTests();

const SOON = 4500;

describe.concurrent.each(VARIANTS)('%s', (_, { nest, adapter }) => {
  it('is not delayed by a client with endless requests, and loses none of them', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    await application.command('hold');
    const client = new BusyClient(application.port);
    afterThisTest(() => client.stop());
    await client.askedAgain(20);
    application.signal('SIGTERM');
    await application.draining();
    await client.askedAgain(20);

    const since = Date.now();
    await application.command('release');
    expect(await application.exitedAfter(since)).toBeLessThan(SOON);
    await client.done;
    // The system resets connections that it accepted after the last check.
    if (client.responses.at(-1) === 'ECONNRESET') client.responses.pop();
    const first = client.responses.indexOf('200 close');
    expect(first).toBeGreaterThanOrEqual(20);
    expect(new Set(client.responses.slice(0, first))).toEqual(new Set(['200 keep-alive']));
    expect(new Set(client.responses.slice(first))).toEqual(new Set(['200 close']));
    expect(client.responses.length - first).toBeGreaterThanOrEqual(20);
  });

  it('sends Connection: close from the beginning of the drain, also to probes', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    await application.command('hold');
    const kept = await application.idleConnection();
    expect((await application.ask('/health/live')).headers.connection).toBe('keep-alive');

    application.signal('SIGTERM');
    expect((await application.draining()).headers.connection).toBe('close');
    kept.get('/order');
    await kept.waitForClose();
    expect(kept.statusCodes).toEqual([200, 200]);
    for (const path of ['/health/live', '/order', '/no-such-path']) {
      expect((await application.ask(path)).headers.connection).toBe('close');
    }
  });

  it('does not close a connection of another protocol before the application does', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    await application.command('hold');
    const chat = await application.connect();
    chat.write('GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n');
    await chat.waitFor('101 Switching Protocols');
    application.signal('SIGTERM');
    await application.draining();
    chat.write('one');
    await chat.waitFor('echo of one');
    await application.command('release');

    await application.exited();
    await chat.waitForClose();
    expect(chat.received.endsWith('goodbye')).toBe(true);
    expect(application.log('warn')).toEqual([]);
  });

  it('drains every address that the application listens on', async () => {
    const application = await ProcessApplication.start(nest, { adapter, host: 'localhost' });
    const hosts = await application.reachable('127.0.0.1', '::1');
    const held = hosts.map((host) => application.ask('/held', { host }));
    await application.event('working', hosts.length);
    for (const host of hosts) {
      await application.idleConnection(host);
      await application.connect(host);
    }

    application.signal('SIGTERM');
    for (const host of hosts) await application.draining(host);
    expect(application.isRunning).toBe(true);
    application.open('request');

    for (const response of held) {
      expect(await response).toMatchObject({ status: 200, body: 'rows', headers: { connection: 'close' } });
    }
    expect(await application.exitedAfter(Date.now())).toBeLessThan(SOON);
    expect(application.eventsOf('query after destruction')).toEqual([]);
  });
});

// These tests depend neither on Nest nor on the adapter.
describe.concurrent.each(ONE_VARIANT)('a shutdown with %s', (_, { nest, adapter }) => {
  it('is not delayed by 1,000 idle and 100 silent connections', async () => {
    // With the default of 5 s, the server would close the first connections before a slow machine has opened the last.
    const application = await ProcessApplication.start(nest, { adapter, keepAliveTimeout: 120_000 });
    const silent = await Promise.all(Array.from({ length: 100 }, () => application.connect()));
    for (let batch = 0; batch < 10; batch += 1) {
      await Promise.all(Array.from({ length: 100 }, () => application.idleConnection()));
    }

    const since = Date.now();
    application.signal('SIGTERM');

    expect(await application.exitedAfter(since)).toBeLessThan(SOON);
    const [, idle, quiet] = /Closed (\d+) idle and (\d+) silent/.exec(application.log('log').at(-1) ?? '') ?? [];
    expect(Number(idle)).toBe(1000);
    expect(Number(quiet)).toBe(100);
    for (const connection of silent) await connection.waitForClose();
  });

  it('responds to pipelined requests in order, and exits soon', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    await application.command('hold');
    application.signal('SIGTERM');
    await application.draining();
    const connection = await application.connect();
    connection.write('GET /order HTTP/1.1\r\nHost: a\r\n\r\nGET /slow?ms=50 HTTP/1.1\r\nHost: a\r\n\r\n');
    await connection.waitForClose();
    expect(connection.statusCodes[0]).toBe(200);

    const since = Date.now();
    await application.command('release');
    expect(await application.exitedAfter(since)).toBeLessThan(SOON);
  });
});
