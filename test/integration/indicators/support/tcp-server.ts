import { type Server, type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TcpServer {
  readonly host: string;
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  /** The number of connections so far. */
  readonly connections: number;
  close(): Promise<void>;
}

/** A server on a free port of the loopback address. It is closed at the end of the test, with all its connections. */
export async function startTcpServer(onConnection: (socket: Socket) => void = () => undefined): Promise<TcpServer> {
  const server = createServer();
  return track(server, onConnection);
}

export async function track(
  server: Server,
  onConnection: (socket: Socket) => void = () => undefined,
  event = 'connection',
): Promise<TcpServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.resume();
  });
  server.on(event, onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  onTestFinished(close);
  const { port } = server.address() as AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    sockets,
    close,
    get connections() {
      return connections;
    },
  };
}
