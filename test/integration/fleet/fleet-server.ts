import { connect } from '@nats-io/transport-node';
import { Etcd3 } from 'etcd3';
import { Redis } from 'ioredis';
import { etcdStore } from 'nest-vitals/stores/etcd';
import type { HealthStore } from 'nest-vitals/stores/memory';
import { natsStore } from 'nest-vitals/stores/nats';
import { redisStore } from 'nest-vitals/stores/redis';
import { onTestFinished } from 'vitest';
import { etcd } from '../../support/servers/etcd.js';
import { nats } from '../../support/servers/nats.js';
import type { PrivateServer, ServerKind } from '../../support/servers/private-server.js';
import { redis } from '../../support/servers/redis.js';

/** A store with its own client, which ends with the test. */
export interface Connected {
  readonly store: HealthStore;
  /** Closes the client without notifying the server, like the end of a killed process. */
  readonly destroy: () => void;
}

export interface ConnectOptions {
  /** The port of a proxy in front of the server. */
  readonly port?: number;
  /** Milliseconds that one operation of the store may take. */
  readonly timeout?: number;
}

/** A kind of server that a fleet can use. */
export interface FleetServerKind {
  readonly kind: ServerKind;
  connect(server: PrivateServer, options?: ConnectOptions): Promise<Connected>;
}

/** The fleet in the tests of one server. */
export interface FleetOnServer {
  readonly server: () => PrivateServer;
  readonly connect: (options?: ConnectOptions) => Promise<Connected>;
}

const jetStream: ServerKind = {
  ...nats,
  command: (place) => ({ ...nats.command(place), args: [...nats.command(place).args, '--jetstream'] }),
};

export const onRedis: FleetServerKind = {
  kind: redis,
  connect: (server, { port, ...options } = {}) => {
    const client = new Redis(server.address(port).url, { retryStrategy: () => 100 });
    client.on('error', () => undefined);
    const destroy = (): void => client.disconnect();
    onTestFinished(destroy);
    return Promise.resolve({ store: redisStore({ client, ...options }), destroy });
  },
};

export const onNats: FleetServerKind = {
  kind: jetStream,
  connect: async (server, { port, ...options } = {}) => {
    const { host, port: reached, user, password } = server.address(port);
    const client = await connect({
      servers: `${host}:${reached}`,
      user,
      pass: password,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
      ignoreClusterUpdates: true,
    });
    const destroy = (): void => void client.close();
    onTestFinished(destroy);
    return { store: natsStore({ client, ...options }), destroy };
  },
};

export const onEtcd: FleetServerKind = {
  kind: etcd,
  connect: (server, { port = server.port, ...options } = {}) => {
    const client = new Etcd3({ hosts: `127.0.0.1:${port}` });
    let isClosed = false;
    const destroy = (): void => {
      if (!isClosed) client.close();
      isClosed = true;
    };
    onTestFinished(destroy);
    return Promise.resolve({ store: etcdStore({ client, ...options }), destroy });
  },
};
