import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaIndicator } from 'nest-vitals/prisma';
import { Pool } from 'pg';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { PrismaClient } from '../../support/prisma/generated/client.js';
import { postgresql } from '../../support/servers/postgresql.js';

describeFaults('PrismaIndicator of a client with a pool of pg', {
  server: postgresql,
  indicator: 'database',
  application: ({ url }) => {
    const pool = new Pool({ connectionString: `${url}/postgres`, max: 3 });
    const client = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) });
    const lifecycle = { onModuleInit: () => client.$connect(), onApplicationShutdown: () => client.$disconnect() };
    const database = moduleNamed('DatabaseModule', {
      providers: [
        { provide: Pool, useValue: pool },
        { provide: PrismaClient, useValue: client },
        { provide: 'LIFECYCLE', useValue: lifecycle },
      ],
    });
    return { imports: [database], providers: [PrismaIndicator('database', { client: PrismaClient })] };
  },
  data: { pool_max: 3, pool_open: 1, pool_used: 0, pool_idle: 1, pool_waiting: 0 },
  sockets: 3,
  replacesConnections: true,
  work: ({ app }) => app.get(PrismaClient).$queryRaw`SELECT 1`,
  emitters: ({ app }) => [app.get(Pool)],
});
