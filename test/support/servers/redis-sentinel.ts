import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerAddress, ServerKind } from './private-server.js';
import { redis } from './redis.js';

/**
 * A sentinel that monitors a Redis with the name "main". It promotes a replica when the primary was silent for
 * `downAfter`
 * milliseconds. The default is ten minutes, which no test reaches.
 */
export const redisSentinel = (primary: ServerAddress, downAfter = 600_000): ServerKind => ({
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
      `sentinel down-after-milliseconds main ${downAfter}`,
    ];
    writeFileSync(join(folder, 'sentinel.conf'), `${lines.join('\n')}\n`);
  },
  command: ({ folder }) => ({
    file: redis.programs[0] ?? 'redis-server',
    args: [join(folder, 'sentinel.conf'), '--sentinel'],
  }),
  ready: /\+monitor master main/,
});
