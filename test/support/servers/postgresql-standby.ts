import { postgresql } from './postgresql.js';
import type { ServerAddress, ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const baseBackup = findProgram('pg_basebackup');

/** A standby of a PostgreSQL, with the users and passwords of the primary. */
export function postgresqlStandby(primary: ServerAddress): ServerKind {
  return {
    ...postgresql,
    name: 'PostgreSQL standby',
    programs: [...postgresql.programs, baseBackup],
    async prepare(_place, run) {
      const source = ['-h', primary.host, '-p', `${primary.port}`, '-U', primary.user];
      await run({
        file: baseBackup,
        args: [...source, '-D', 'data', '--write-recovery-conf', '--checkpoint=fast', '--no-sync'],
        environment: { PGPASSWORD: primary.password },
      });
    },
    ready: /ready to accept read-only connections/,
  };
}
