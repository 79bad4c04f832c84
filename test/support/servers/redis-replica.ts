import type { ServerAddress, ServerKind } from './private-server.js';
import { redisWith } from './redis.js';

/** A Redis that follows another one. Its password is its own. */
export const redisReplica = (primary: ServerAddress): ServerKind => ({
  ...redisWith(() => ['--replicaof', primary.host, `${primary.port}`, '--masterauth', primary.password]),
  name: 'Redis replica',
  ready: /Finished with success/,
});
