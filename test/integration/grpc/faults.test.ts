import { Client, credentials } from '@grpc/grpc-js';
import type { ModuleMetadata } from '@nestjs/common';
import { GrpcIndicator } from 'nest-vitals/grpc';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { grpcHealth } from '../../support/servers/grpc-health.js';
import type { ServerAddress } from '../../support/servers/private-server.js';
import type { TestApplication } from '../../support/start-application.js';

const CLIENT = Symbol('client');
/** Reconnects within a few seconds after any failure. */
const CHANNEL = { 'grpc.max_reconnect_backoff_ms': 1000 };

const bytes = (message: Buffer): Buffer => message;

function ownCall({ app }: TestApplication): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const method = '/grpc.health.v1.Health/Check';
    app
      .get<Client>(CLIENT)
      .makeUnaryRequest(method, bytes, bytes, Buffer.alloc(0), (error, response) =>
        error ? reject(error) : resolve(response),
      );
  });
}

/** A client closed during a reconnect pause connects once more and keeps that socket. */
async function closed(client: Client): Promise<void> {
  await new Promise((resolve) => client.waitForReady(Date.now() + 10_000, resolve));
  client.close();
}

function withClient({ host, port }: ServerAddress): ModuleMetadata {
  const client = new Client(`${host}:${port}`, credentials.createInsecure(), CHANNEL);
  const lifecycle = { onApplicationShutdown: () => closed(client) };
  const orders = moduleNamed('OrdersModule', {
    providers: [
      { provide: CLIENT, useValue: client },
      { provide: 'LIFECYCLE', useValue: lifecycle },
    ],
  });
  return { imports: [orders], providers: [GrpcIndicator('orders', { client: CLIENT })] };
}

describeFaults('GrpcIndicator with a client of the application', {
  server: grpcHealth,
  indicator: 'orders',
  application: withClient,
  data: { serving_status: 'SERVING' },
  waitsForSilence: true,
  work: ownCall,
});

describeFaults('GrpcIndicator with an address', {
  server: grpcHealth,
  indicator: 'orders',
  application: ({ host, port }) => ({ providers: [GrpcIndicator('orders', { url: `${host}:${port}` })] }),
  data: { serving_status: 'SERVING' },
  // One socket belongs to an indicator closed earlier in the table.
  sockets: 2,
});
