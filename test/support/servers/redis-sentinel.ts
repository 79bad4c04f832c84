import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerAddress, ServerKind } from './private-server.js';
import { redis } from './redis.js';

/** A sentinel that monitors a Redis with the name "main" and never promotes a replica. */
export const redisSentinel = (primary: ServerAddress): ServerKind => ({
  ...redis,
  name: 'Redis Sentinel',
  prepare({ folder, port, password }) {
    const lines = [
      'bind 127.0.0.1',
      `port ${port}`,
      `dir ${folder}`,
      `requirepass ${password}`,
      `sentinel monitor main ${primary.host} ${primary.port} 1`,
      `sentinel auth-pass main ${primary.password}`,
      'sentinel down-after-milliseconds main 600000',
    ];
    writeFileSync(join(folder, 'sentinel.conf'), `${lines.join('\n')}\n`);
  },
  command: ({ folder }) => ({
    file: redis.programs[0] ?? 'redis-server',
    args: [join(folder, 'sentinel.conf'), '--sentinel'],
  }),
  ready: /\+monitor master main/,
});
