import { Module } from '@nestjs/common';
import { type Pool, createPool } from 'mysql2/promise';
import { Mysql2Indicator } from 'nest-vitals/mysql2';
import { describeFaults } from '../../support/fault-table.js';
import { mariadb } from '../../support/servers/mariadb.js';

const POOL = Symbol('pool');

describeFaults('Mysql2Indicator', {
  server: mariadb,
  indicator: 'database',
  application: ({ url }) => {
    const pool = createPool({ uri: `${url}/application`, connectionLimit: 3 });

    @Module({ providers: [{ provide: POOL, useValue: pool }] })
    class DatabaseModule {
      onApplicationShutdown = (): Promise<void> => pool.end();
    }
    return { imports: [DatabaseModule], providers: [Mysql2Indicator('database', { client: POOL })] };
  },
  data: { pool_max: 3, pool_open: 1, pool_used: 0, pool_idle: 1, pool_waiting: 0 },
  sockets: 3,
  replacesConnections: true,
  work: ({ app }) => app.get<Pool>(POOL).query('SELECT 1'),
  emitters: ({ app }) => [app.get<Pool>(POOL).pool],
});
