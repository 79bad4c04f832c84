import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const redisServer = findProgram('redis-server');

export const redis: ServerKind = {
  name: 'Redis',
  programs: [redisServer],
  // The user that every Redis has, and that a password alone stands for.
  user: 'default',
  scheme: 'redis:',
  command: ({ folder, port, password }) => ({
    file: redisServer,
    args: ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', '', '--requirepass', password],
  }),
  ready: /Ready to accept connections/,
};
