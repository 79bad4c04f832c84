import { type TLSSocket, connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { useConcurrentTests, afterThisTest } from '../../support/concurrent-tests.js';
import type { Configuration } from '../../support/process-application/application/configuration.js';
import { createCertificate } from '../../support/process-application/certificate.js';
import { ProcessApplication } from '../../support/process-application/process-application.js';
import { RawConnection } from '../../support/process-application/raw-connection.js';
import { VARIANTS } from '../../support/process-application/variants.js';

useConcurrentTests();

const SOON = 4500;
const certificate = createCertificate();

async function connectTls(port: number): Promise<RawConnection> {
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const opened = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => resolve(opened));
    opened.once('error', reject);
  });
  const connection = new RawConnection(socket);
  afterThisTest(() => connection.destroy());
  return connection;
}

describe.concurrent.each(VARIANTS)('%s, over TLS', (_, { nest, adapter }) => {
  const start = (shutdown: Configuration['shutdown'] = {}): Promise<ProcessApplication> =>
    ProcessApplication.start(nest, { adapter, shutdown, options: { httpsOptions: certificate } });

  it('serves until the drain ends, and lets work in flight finish', async () => {
    const application = await start();
    await application.command('hold');
    const held = application.ask('/held');
    await application.event('working');
    application.signal('SIGTERM');
    expect((await application.draining()).headers).toMatchObject({ 'retry-after': '5', connection: 'close' });
    expect(await application.statusOf('/health/live')).toBe(200);
    expect(await application.ask('/order')).toMatchObject({ status: 200, headers: { connection: 'close' } });
    await application.command('release');
    expect(await application.statusOf('/order')).toBe(200);
    application.open('request');

    expect(await held).toMatchObject({ status: 200, body: 'rows', headers: { connection: 'close' } });
    expect(await application.exitedAfter(Date.now())).toBeLessThan(SOON);
    expect(application.orderOf('pool destroyed', 'query after destruction')).toEqual(['pool destroyed']);
  });

  it('is not delayed by idle and silent connections before, during and after their handshake', async () => {
    const application = await start();
    const idle = await connectTls(application.port);
    idle.get('/order');
    await idle.waitFor('rows');
    const shaken = await connectTls(application.port);
    const silent = await application.connect();
    const halfway = await application.connect();
    // The header of a record that announces more bytes than are sent.
    halfway.write('\u0016\u0003\u0001\u0002');
    await application.statusOf('/order');
    const since = Date.now();
    application.signal('SIGTERM');

    expect(await application.exitedAfter(since)).toBeLessThan(SOON);
    for (const connection of [idle, shaken, silent, halfway]) await connection.waitForClose();
  });

  it('does not close the connection of an upload or of another protocol', async () => {
    const application = await start();
    const chat = await connectTls(application.port);
    chat.write('GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n');
    await chat.waitFor('101 Switching Protocols');
    const upload = await connectTls(application.port);
    upload.write(
      'POST /upload HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 10\r\n\r\n12345',
    );
    await application.event('working');
    application.signal('SIGTERM');
    await application.draining();
    chat.write('one');
    await chat.waitFor('echo of one');
    upload.write('67890');

    await upload.waitFor('10 bytes, rows');
    await application.exited();
    await chat.waitForClose();
    expect(chat.received.endsWith('goodbye')).toBe(true);
  });

  it('logs the work that exceeds the limit, and exits', async () => {
    const application = await start({ timeout: 300 });
    const connection = await connectTls(application.port);
    connection.get('/held');
    await application.event('working');
    const since = Date.now();
    application.signal('SIGTERM');

    expect(await application.exitedAfter(since)).toBeLessThan(300 + SOON);
    expect(application.log('warn')).toEqual([expect.stringContaining('GET /held')]);
    await connection.waitForClose();
  });
});
