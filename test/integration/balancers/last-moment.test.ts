import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Post } from '@nestjs/common';
import { HealthModule } from 'nest-vitals';
import { describe, expect, it, vi } from 'vitest';
import { ADAPTERS, type AdapterName, type TestApplication, startApplication } from '../../support/start-application.js';

@Controller('orders')
class OrdersController {
  @Post()
  place(): string {
    return 'placed';
  }
}

const ORDER = 'POST /orders HTTP/1.1\r\nHost: orders\r\nContent-Length: 0\r\n\r\n';

// A balancer must not send a POST to a second instance, so the instance that accepted it must respond.
describe.each(ADAPTERS)('a request that arrives at the end of the drain, on %s,', (adapter) => {
  it('gets a response on a new connection', async () => {
    const application = await start(adapter);
    const socket = await open(application);
    socket.write(ORDER);
    const [response] = await Promise.all([text(socket), application.app.close()]);
    expect(placed(response)).toBe(1);
  });

  it('gets a response on a kept connection', async () => {
    const application = await start(adapter);
    const socket = await open(application);
    socket.write(ORDER);
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.write(ORDER);
    const [rest] = await Promise.all([text(socket), application.app.close()]);
    expect(placed(String(first) + rest)).toBe(2);
  });

  it('gets a response on a connection that the server has not accepted yet', async () => {
    const application = await start(adapter);
    const socket = connect(application.port, '127.0.0.1');
    socket.write(ORDER);
    // Node starts the connection in this tick. The system establishes it, and the server accepts it in the next turn.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const [response] = await Promise.all([text(socket), application.app.close()]);
    expect(placed(response)).toBe(1);
  });

  it('gets a response on each of many connections that the server has not accepted yet', async () => {
    const application = await start(adapter);
    const sockets = Array.from({ length: 20 }, () => connect(application.port, '127.0.0.1'));
    for (const socket of sockets) socket.write(ORDER);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    const [responses] = await Promise.all([Promise.all(sockets.map(text)), application.app.close()]);
    expect(responses.map(placed)).toEqual(sockets.map(() => 1));
  });

  it('gets a response when its client connects and sends the request later', async () => {
    const application = await start(adapter);
    const socket = await open(application);
    const closed = application.app.close();
    await vi.waitUntil(() => !application.server.listening, { interval: 1 });
    // Longer than the time after which the server closes idle connections.
    await sleep(60);
    socket.write(ORDER);
    const [response] = await Promise.all([text(socket), closed]);
    expect(placed(response)).toBe(1);
  });
});

function start(adapter: AdapterName): Promise<TestApplication> {
  return startApplication(adapter, { imports: [HealthModule.forRoot()], controllers: [OrdersController] });
}

/** Resolves when client and server have established the connection. */
async function open({ port, server }: TestApplication): Promise<Socket> {
  const isAccepted = once(server, 'connection');
  const socket = connect(port, '127.0.0.1');
  await Promise.all([once(socket, 'connect'), isAccepted]);
  return socket;
}

/** Number of orders that were placed. */
function placed(response: string): number {
  return response.match(/HTTP\/1\.1 201 /g)?.length ?? 0;
}
