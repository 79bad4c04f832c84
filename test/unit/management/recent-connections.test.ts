import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { promisify } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { RecentConnections } from '../../../src/management/recent-connections.js';

it('RecentConnections closes the connection with the oldest last request when a further connection arrives', async () => {
  const server = createServer((request, response) => {
    connections.touch(request.socket);
    response.end('fine');
  }).listen(0, '127.0.0.1');
  const connections = new RecentConnections(server, 3);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (): Promise<Socket> => {
    const accepted = once(server, 'connection');
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    await accepted;
    return socket;
  };
  onTestFinished(() => void server.close());

  const [prober, second, third] = [await open(), await open(), await open()];
  prober.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(prober, 'data');
  const closed = once(second, 'close');
  second.resume();
  const fourth = await open();
  await closed;
  expect([prober, third, fourth].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);

  // A closed connection leaves room for another.
  third.destroy();
  await vi.waitFor(async () => expect(await promisify(server.getConnections.bind(server))()).toBe(2));
  const fifth = await open();
  prober.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(prober, 'data');
  expect([prober, fourth, fifth].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
});
