import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const install = findProgram('mariadb-install-db');
const mariadbd = findProgram('mariadbd');

/** The database is `application`. */
export const mariadb: ServerKind = {
  name: 'MariaDB',
  programs: [install, mariadbd],
  systemUser: 'mysql',
  user: 'application',
  scheme: 'mysql:',
  async prepare({ folder, user, password }, run) {
    const script = [
      'CREATE DATABASE IF NOT EXISTS application;',
      `CREATE USER IF NOT EXISTS '${user}'@'127.0.0.1' IDENTIFIED BY '${password}';`,
      `GRANT ALL ON *.* TO '${user}'@'127.0.0.1' WITH GRANT OPTION;`,
    ];
    writeFileSync(join(folder, 'access.sql'), `${script.join('\n')}\n`, { mode: 0o644 });
    const data = `--datadir=${join(folder, 'data')}`;
    await run({
      file: install,
      args: ['--no-defaults', data, '--auth-root-authentication-method=normal', '--skip-test-db'],
    });
  },
  command: ({ folder, port }) => ({
    file: mariadbd,
    args: [
      '--no-defaults',
      `--datadir=${join(folder, 'data')}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--init-file=${join(folder, 'access.sql')}`,
      '--skip-name-resolve',
      '--innodb-flush-method=nosync',
      '--innodb-buffer-pool-size=16M',
      '--max-connections=40',
    ],
  }),
  // The server writes this text once for each of its sockets.
  ready: /ready for connections/,
};
