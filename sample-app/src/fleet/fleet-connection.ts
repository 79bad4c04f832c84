import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { HealthStore } from 'nest-vitals/fleet';
import { memoryStore } from 'nest-vitals/stores/memory';

interface Connection {
  readonly store: HealthStore;
  close(): unknown;
}

/** The store of the fleet, by the first variable that is set. Without any, the fleet of each process has one instance. */
@Injectable()
export class FleetConnection implements OnApplicationShutdown {
  #connection: Connection | undefined;

  /** Connects. A server that is unavailable does not delay the start. */
  async open(): Promise<HealthStore> {
    this.#connection ??= await connect(process.env);
    return this.#connection.store;
  }

  /** After `onModuleDestroy` of the fleet, which writes that this instance has left. */
  async onApplicationShutdown(): Promise<void> {
    await this.#connection?.close();
  }
}

/** Loads only the client that is used. */
async function connect({ REDIS_URL, NATS_URL, ETCD_URL }: NodeJS.ProcessEnv): Promise<Connection> {
  if (REDIS_URL) {
    const { Redis } = await import('ioredis');
    const { redisStore } = await import('nest-vitals/stores/redis');
    const client = new Redis(REDIS_URL);
    // Without a listener the event would end the process. The store reports that the server is unavailable.
    client.on('error', () => undefined);
    return { store: redisStore({ client }), close: () => client.disconnect() };
  }
  if (NATS_URL) {
    const { connect: connectToNats } = await import('@nats-io/transport-node');
    const { natsStore } = await import('nest-vitals/stores/nats');
    // Not awaited: it resolves only when the server is there.
    const connecting = connectToNats({ servers: NATS_URL, waitOnFirstConnect: true, maxReconnectAttempts: -1 });
    const close = (): void =>
      void connecting.then(
        (client) => client.close(),
        () => undefined,
      );
    return { store: natsStore({ client: connecting }), close };
  }
  if (ETCD_URL) {
    const { Etcd3 } = await import('etcd3');
    const { etcdStore } = await import('nest-vitals/stores/etcd');
    const client = new Etcd3({ hosts: ETCD_URL });
    return { store: etcdStore({ client }), close: () => client.close() };
  }
  return { store: memoryStore(), close: () => undefined };
}
