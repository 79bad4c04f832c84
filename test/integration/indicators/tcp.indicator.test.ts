import { getEventListeners } from 'node:events';
import { HealthModule } from 'nest-vitals';
import { TcpIndicator } from 'nest-vitals/indicators';
import { describe, expect, it, vi } from 'vitest';
import { startApplication } from '../../support/start-application.js';
import { calm, faultsOf, run } from '../../unit/indicators/indicator.js';
import { freePort } from '../../support/servers/free-port.js';
import { expectNoLeak } from './support/resources.js';
import { startTcpServer } from './support/tcp-server.js';

const tcp = (host: string, port: number) => new (TcpIndicator('broker', { host, port }))();

describe('TcpIndicator', () => {
  it('is UP when the port accepts a connection, and closes it', async () => {
    const server = await startTcpServer();
    expect(await run(tcp(server.host, server.port))).toEqual({
      status: 'UP',
      data: { remote_address: '127.0.0.1', remote_port: server.port },
    });
    await vi.waitFor(() => expect([server.connections, server.sockets.size]).toEqual([1, 0]));
  });

  it('resolves a host name', async () => {
    const server = await startTcpServer();
    expect((await run(tcp('localhost', server.port))).status).toBe('UP');
  });

  it('throws the error of Node when the port refuses connections', async () => {
    await expect(run(tcp('127.0.0.1', await freePort()))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is UP when the server accepts and closes the connection at once', async () => {
    const server = await startTcpServer((socket) => socket.end());
    expect((await run(tcp(server.host, server.port))).status).toBe('UP');
  });

  it('fails when its timeout has passed', async () => {
    const server = await startTcpServer();
    const controller = new AbortController();
    const reason = new Error('time is over');
    const running = run(tcp(server.host, server.port), controller.signal);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(run(tcp(server.host, server.port), controller.signal)).rejects.toBe(reason);
    await vi.waitFor(() => expect(server.sockets.size).toBe(0));
  });

  it('leaves no listener on the signal', async () => {
    const server = await startTcpServer();
    const signal = calm();
    await run(tcp(server.host, server.port), signal);
    await expect(run(tcp('127.0.0.1', await freePort()), signal)).rejects.toThrow('ECONNREFUSED');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('leaves no socket after a thousand runs that pass or fail', async () => {
    const server = await startTcpServer();
    const port = await freePort();
    await expectNoLeak(() => run(tcp(server.host, server.port)));
    await expectNoLeak(() => expect(run(tcp('127.0.0.1', port))).rejects.toThrow('ECONNREFUSED'));
    await vi.waitFor(() => expect(server.connections).toBe(1000), { timeout: 20_000 });
  }, 60_000);

  it('is DOWN without its server, and UP with it, end to end', async () => {
    const server = await startTcpServer();
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot()],
      providers: [TcpIndicator('broker', { host: server.host, port: server.port, ttl: 0 })],
    });
    expect((await application.get('/health/deep')).body.details.broker).toMatchObject({ status: 'UP' });
    await server.close();
    const response = await application.get('/health/deep');
    expect(response.status).toBe(503);
    expect(response.body.details.broker).toMatchObject({
      status: 'DOWN',
      error: 'connection refused',
      code: 'ECONNREFUSED',
    });
  });

  it('refuses options out of range', () => {
    expect(faultsOf(TcpIndicator('broker', { host: ' ', port: 65_536 }))).toEqual([
      'TcpIndicator("broker"), host: its value is " "; use a text that is not blank',
      'TcpIndicator("broker"), port: its value is 65536; use a whole number from 1 to 65535',
    ]);
    expect(faultsOf(TcpIndicator('broker', {} as { host: string; port: number }))).toEqual([
      'TcpIndicator("broker"), host: it is missing; use a text that is not blank',
      'TcpIndicator("broker"), port: it is missing; use a whole number from 1 to 65535',
    ]);
  });
});
