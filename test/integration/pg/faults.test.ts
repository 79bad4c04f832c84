import { PgIndicator } from 'nest-vitals/pg';
import { Pool } from 'pg';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { postgresql } from '../../support/servers/postgresql.js';

describeFaults('PgIndicator', {
  server: postgresql,
  indicator: 'database',
  application: ({ url }) => {
    const pool = new Pool({ connectionString: `${url}/postgres`, max: 3 });
    // Without a listener, an idle connection that breaks ends the process.
    pool.on('error', () => undefined);
    const lifecycle = { onApplicationShutdown: () => pool.end() };
    const database = moduleNamed('DatabaseModule', {
      providers: [
        { provide: Pool, useValue: pool },
        { provide: 'LIFECYCLE', useValue: lifecycle },
      ],
    });
    return { imports: [database], providers: [PgIndicator('database', { client: Pool })] };
  },
  data: { pool_max: 3, pool_open: 1, pool_used: 0, pool_idle: 1, pool_waiting: 0 },
  sockets: 3,
  replacesConnections: true,
  work: ({ app }) => app.get(Pool).query('SELECT 1'),
  emitters: ({ app }) => [app.get(Pool)],
});
