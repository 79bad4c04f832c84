import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaIndicator } from 'nest-vitals/prisma';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { PrismaClient } from '../../support/prisma/generated/client.js';
import { postgresql } from '../../support/servers/postgresql.js';

/** The checks use `$queryRaw`, and each wait for a silent connection takes 10 s, so these tests run only at night. */
describeFaults('PrismaIndicator of a client whose pool is private', {
  server: postgresql,
  indicator: 'database',
  application: ({ url }) => {
    const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: `${url}/postgres`, max: 4 }) });
    // The close waits for a query on a silent connection, which the check cannot cancel, so the test does not wait for
    // the close.
    const lifecycle = { onApplicationShutdown: () => void client.$disconnect() };
    const database = moduleNamed('DatabaseModule', {
      providers: [
        { provide: PrismaClient, useValue: client },
        { provide: 'LIFECYCLE', useValue: lifecycle },
      ],
    });
    return { imports: [database], providers: [PrismaIndicator('database', { client: PrismaClient })] };
  },
  sockets: 4,
  replacesConnections: true,
  work: ({ app }) => app.get(PrismaClient).$queryRaw`SELECT 1`,
});
