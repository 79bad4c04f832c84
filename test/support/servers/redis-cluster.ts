import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerKind } from './private-server.js';
import { redisWith } from './redis.js';

/** A cluster of one node that has every slot. */
export const redisCluster: ServerKind = {
  ...redisWith(({ port }) => ['--cluster-enabled', 'yes', '--cluster-port', `${port + 1}`]),
  name: 'Redis cluster',
  prepare({ folder, port }) {
    const node = randomBytes(20).toString('hex');
    const lines = [
      `${node} 127.0.0.1:${port}@${port + 1} myself,master - 0 0 1 connected 0-16383`,
      'vars currentEpoch 1 lastVoteEpoch 0',
    ];
    writeFileSync(join(folder, 'nodes.conf'), `${lines.join('\n')}\n`);
  },
  // The server accepts connections first, and commands a little later.
  ready: /Cluster state changed: ok/,
};
