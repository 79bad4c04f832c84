import { MongoClient } from 'mongodb';
import { MongoDbIndicator } from 'nest-vitals/mongodb';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { mongodb } from '../../support/servers/mongodb.js';

/** The server needs no login. */
describeFaults('MongoDbIndicator', {
  server: mongodb,
  indicator: 'mongo',
  application: ({ host, port }) => {
    const client = new MongoClient(`mongodb://${host}:${port}`, { maxPoolSize: 3, connectTimeoutMS: 3000 });
    const lifecycle = { onApplicationShutdown: () => client.close() };
    const database = moduleNamed('DatabaseModule', {
      providers: [
        { provide: MongoClient, useValue: client },
        { provide: 'LIFECYCLE', useValue: lifecycle },
      ],
    });
    return { imports: [database], providers: [MongoDbIndicator('mongo', { client: MongoClient })] };
  },
  data: { server_role: 'standalone', pool_max: 3, pool_open: 1, pool_used: 0, pool_idle: 1, pool_waiting: 0 },
  // One additional socket for the monitoring of the driver.
  sockets: 4,
  replacesConnections: true,
  work: ({ app }) => app.get(MongoClient).db('orders').command({ ping: 1 }),
  emitters: ({ app }) => [app.get(MongoClient)],
});
