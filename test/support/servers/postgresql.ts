import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const initdb = findProgram('initdb');
const postgres = findProgram('postgres');

/** The database is `postgres`. */
export const postgresql: ServerKind = {
  name: 'PostgreSQL',
  programs: [initdb, postgres],
  systemUser: 'postgres',
  user: 'application',
  scheme: 'postgres:',
  async prepare({ folder, user, password }, run) {
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, password, { mode: 0o644 });
    const access = ['--auth=scram-sha-256', `--username=${user}`, `--pwfile=${passwordFile}`];
    await run({ file: initdb, args: ['--pgdata=data', '--no-sync', '--encoding=UTF8', '--locale=C', ...access] });
  },
  command: ({ port }) => {
    const settings = [
      'listen_addresses=127.0.0.1',
      `port=${port}`,
      'unix_socket_directories=',
      'fsync=off',
      'max_connections=40',
    ];
    return { file: postgres, args: ['-D', 'data', ...settings.flatMap((setting) => ['-c', setting])] };
  },
  ready: /ready to accept connections/,
};
