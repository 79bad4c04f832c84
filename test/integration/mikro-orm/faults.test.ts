import type { EventEmitter } from 'node:events';
import { MikroOrmModule } from '@mikro-orm/nestjs';
import { MikroORM } from '@mikro-orm/postgresql';
import { MikroOrmIndicator } from 'nest-vitals/mikro-orm';
import type { Pool } from 'pg';
import { describeFaults } from '../../support/fault-table.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { ormOptions } from './orm-options.js';

let pool: Pool | undefined;

describeFaults('MikroOrmIndicator of a PostgreSQL', {
  server: postgresql,
  indicator: 'database',
  application: ({ url }) => {
    const onPoolCreated = (created: Pool): void => {
      pool = created;
    };
    return {
      imports: [MikroOrmModule.forRoot({ ...ormOptions(url), driverOptions: { onPoolCreated } })],
      providers: [MikroOrmIndicator('database')],
    };
  },
  data: { pool_max: 3, pool_open: 1, pool_used: 0, pool_idle: 1, pool_waiting: 0 },
  sockets: 3,
  replacesConnections: true,
  work: ({ app }) => app.get(MikroORM).em.getConnection().execute('SELECT 1'),
  emitters: () => [pool as EventEmitter],
});
