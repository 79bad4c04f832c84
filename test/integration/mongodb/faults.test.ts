import { MongoClient } from 'mongodb';
import { MongoDbIndicator } from 'nest-vitals/mongodb';
import { withTimeout } from '../../../src/core/async.js';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { mongodb } from '../../support/servers/mongodb.js';

/** Milliseconds. Longer than the driver searches for a server that is gone. */
const CLOSING_TIME = 20_000;

/** Closes the client. If the driver does not finish, the error has the state of its pools. */
function close(client: MongoClient): Promise<void> {
  return withTimeout(client.close(), {
    milliseconds: CLOSING_TIME,
    error: () => new Error(`client.close() has not finished: ${JSON.stringify(poolsOf(client))}`),
  });
}

/** From internals of the driver. */
function poolsOf(client: MongoClient): unknown[] {
  const { topology } = client as unknown as { topology?: { s: { servers: Map<string, { pool: object }> } } };
  return [...(topology?.s.servers.values() ?? [])].map(({ pool }) => {
    const read = (property: string): unknown => Reflect.get(pool, property);
    return {
      state: read('poolState'),
      total: read('totalConnectionCount'),
      pending: read('pendingConnectionCount'),
      checkedOut: read('currentCheckedOutCount'),
      waiting: read('waitQueueSize'),
    };
  });
}

/** The server needs no login. */
describeFaults('MongoDbIndicator', {
  server: mongodb,
  indicator: 'mongo',
  application: ({ host, port }) => {
    const client = new MongoClient(`mongodb://${host}:${port}`, {
      maxPoolSize: 3,
      connectTimeoutMS: 3000,
      // The driver also searches for a server while it closes. The test has closed the proxy by then.
      serverSelectionTimeoutMS: 5000,
    });
    const lifecycle = { onApplicationShutdown: () => close(client) };
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
