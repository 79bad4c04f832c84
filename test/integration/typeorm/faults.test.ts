import type { EventEmitter } from 'node:events';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TypeOrmIndicator } from 'nest-vitals/typeorm';
import { DataSource } from 'typeorm';
import { describeFaults } from '../../support/fault-table.js';
import { mariadb } from '../../support/servers/mariadb.js';
import { postgresql } from '../../support/servers/postgresql.js';

/** The pool of a driver, a public property without a declared type. */
const poolOf =
  (property: 'master' | 'pool') =>
  (dataSource: DataSource): EventEmitter =>
    Reflect.get(dataSource.driver, property) as EventEmitter;

describeFaults('TypeOrmIndicator of a PostgreSQL', {
  server: postgresql,
  indicator: 'database',
  application: ({ url }) => ({
    imports: [TypeOrmModule.forRoot({ type: 'postgres', url: `${url}/postgres`, poolSize: 3 })],
    providers: [TypeOrmIndicator('database')],
  }),
  data: { pool_max: 3, pool_open: 1, pool_used: 0, pool_idle: 1, pool_waiting: 0 },
  sockets: 3,
  replacesConnections: true,
  work: ({ app }) => app.get(DataSource).query('SELECT 1'),
  emitters: ({ app }) => [poolOf('master')(app.get(DataSource))],
});

describeFaults('TypeOrmIndicator of a MariaDB', {
  server: mariadb,
  indicator: 'database',
  application: ({ url }) => ({
    imports: [TypeOrmModule.forRoot({ type: 'mariadb', url: `${url}/application`, poolSize: 3 })],
    providers: [TypeOrmIndicator('database')],
  }),
  data: { pool_max: 3, pool_open: 1, pool_used: 0, pool_idle: 1, pool_waiting: 0 },
  sockets: 3,
  replacesConnections: true,
  work: ({ app }) => app.get(DataSource).query('SELECT 1'),
  emitters: ({ app }) => [poolOf('pool')(app.get(DataSource))],
});
