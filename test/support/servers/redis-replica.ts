import type { ServerAddress, ServerKind } from './private-server.js';
import { redisWith } from './redis.js';

/** A replica of another Redis, with its own password. */
export const redisReplica = (primary: ServerAddress): ServerKind => ({
  ...redisWith(() => ['--replicaof', primary.host, `${primary.port}`, '--masterauth', primary.password]),
  name: 'Redis replica',
  ready: /Finished with success/,
});
