import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A proxy between a client and its server that simulates network faults. */
export interface FaultProxy {
  readonly port: number;
  /** The delay of each chunk of a response, in milliseconds. */
  delay: number;
  /** Bytes of responses per second. Default: no limit. */
  bandwidth: number;
  /** Drops all data on the open connections, like a router that has lost its state. New connections work. */
  silence(): void;
  /** Resets the open connections. New connections are accepted and stay silent, also after `forward()`. */
  swallow(): void;
  /** Connections that are opened from now on reach the server. */
  forward(): void;
  /** Resets the open connections. New connections work. */
  reset(): void;
  close(): Promise<void>;
}

export async function startFaultProxy(target: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const silent = new WeakSet<Socket>();
  let swallows = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    // The tested client must handle any end of a connection.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    return socket.setNoDelay(true);
  };
  const server = createServer((client) => {
    keep(client);
    if (swallows) {
      client.resume();
      return;
    }
    const upstream = keep(connect(target, '127.0.0.1'));
    let last = Promise.resolve();
    client.on('data', (bytes) => silent.has(client) || upstream.write(bytes)).on('close', () => upstream.destroy());
    upstream
      .on('data', (bytes) => {
        const held = proxy.delay > 0 ? sleep(proxy.delay) : undefined;
        const takes = (1000 * bytes.length) / proxy.bandwidth;
        last = last.then(async () => {
          await held;
          if (takes > 0) await sleep(takes);
          if (!silent.has(client)) client.write(bytes);
        });
      })
      .on('close', () => void last.then(() => client.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: FaultProxy = {
    port: (server.address() as AddressInfo).port,
    delay: 0,
    bandwidth: Infinity,
    silence: () => {
      for (const socket of sockets) silent.add(socket);
    },
    swallow: () => {
      swallows = true;
      proxy.reset();
    },
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    forward: () => {
      swallows = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
