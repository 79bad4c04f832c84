import { SequelizeIndicator } from 'nest-vitals/sequelize';
import { Sequelize } from 'sequelize';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { postgresql } from '../../support/servers/postgresql.js';

describeFaults('SequelizeIndicator', {
  server: postgresql,
  indicator: 'database',
  application: ({ url }) => {
    const sequelize = new Sequelize(`${url}/postgres`, { logging: false, pool: { max: 3 } });
    const database = moduleNamed('DatabaseModule', {
      providers: [
        { provide: Sequelize, useValue: sequelize },
        { provide: 'LIFECYCLE', useValue: { onApplicationShutdown: () => sequelize.close() } },
      ],
    });
    return { imports: [database], providers: [SequelizeIndicator('database', { client: Sequelize })] };
  },
  data: { pool_max: 3, pool_open: 1, pool_used: 0, pool_idle: 1, pool_waiting: 0 },
  sockets: 3,
  replacesConnections: true,
  work: ({ app }) => app.get(Sequelize).query('SELECT 1'),
});
