import type { ServerKind, ServerPlace } from './private-server.js';
import { findProgram } from './programs.js';

const redisServer = findProgram('redis-server');

/** A Redis with additional command-line arguments. */
export function redisWith(further: (place: ServerPlace) => readonly string[]): ServerKind {
  const basic = ({ port, folder, password }: ServerPlace): readonly string[] => {
    return ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', folder, '--save', '', '--requirepass', password];
  };
  return {
    name: 'Redis',
    programs: [redisServer],
    // The user that every Redis has, and that a login with only a password uses.
    user: 'default',
    scheme: 'redis:',
    command: (place) => ({ file: redisServer, args: [...basic(place), ...further(place)] }),
    ready: /Ready to accept connections/,
  };
}

export const redis = redisWith(() => []);
