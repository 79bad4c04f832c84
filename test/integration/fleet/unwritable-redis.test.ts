import { Redis } from 'ioredis';
import type { HealthStore } from 'nest-vitals/stores/memory';
import { redisStore } from 'nest-vitals/stores/redis';
import { onTestFinished } from 'vitest';
import { isNightly } from '../../support/nightly.js';
import { describeWith } from '../../support/servers/describe-with.js';
import type { PrivateServer } from '../../support/servers/private-server.js';
import { redis } from '../../support/servers/redis.js';
import { testUnwritable } from './unwritable.js';

function clientOf(
  server: PrivateServer,
  login: { readonly username?: string; readonly password?: string } = {},
): Redis {
  const { host, port, password } = server.address();
  const client = new Redis({ host, port, password, retryStrategy: () => 100, ...login });
  client.on('error', () => undefined);
  onTestFinished(() => client.disconnect());
  return client;
}

const open = (server: PrivateServer): Promise<HealthStore> => Promise.resolve(redisStore({ client: clientOf(server) }));

describeWith(redis, 'a fleet on a Redis that refuses writes', (server) => {
  testUnwritable({
    fault: 'has no memory left',
    remedy: 'the server has no memory left for writes: raise its maxmemory',
    server,
    open,
    refuseWrites: async (running) => {
      const admin = clientOf(running);
      await admin.config('SET', 'maxmemory', '1');
      return () => admin.config('SET', 'maxmemory', '0');
    },
  });

  // Every run tests the errors of the store for these two clients.
  if (!isNightly) return;
  testUnwritable({
    fault: 'becomes a replica',
    remedy: 'the server is a read-only replica: connect the client to the primary',
    server,
    open,
    refuseWrites: async (running) => {
      const admin = clientOf(running);
      await admin.replicaof('127.0.0.1', '1');
      return () => admin.replicaof('NO', 'ONE');
    },
  });

  testUnwritable({
    fault: 'takes the permission to write from the user',
    remedy: 'the user is not permitted to run the commands of the store: see docs/stores.md',
    server,
    open: async (running) => {
      await clientOf(running).acl('SETUSER', 'fleet', 'on', '>password', 'allkeys', 'allchannels', '+@all');
      return redisStore({ client: clientOf(running, { username: 'fleet', password: 'password' }) });
    },
    refuseWrites: async (running) => {
      const admin = clientOf(running);
      await admin.acl('SETUSER', 'fleet', '-@write');
      return () => admin.acl('SETUSER', 'fleet', '+@write');
    },
  });
});
