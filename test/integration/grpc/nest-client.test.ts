import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClientsModule, Transport } from '@nestjs/microservices';
import { HealthModule } from 'nest-vitals';
import { GrpcIndicator } from 'nest-vitals/grpc';
import { expect, it, onTestFinished, vi } from 'vitest';
import { statusesIn } from '../../support/responses.js';
import { startHealthServer } from '../../support/servers/grpc-health-server.js';
import { openSockets } from '../../support/servers/open-sockets.js';
import { startApplication } from '../../support/start-application.js';

const SOON = { timeout: 10_000, interval: 20 };

/** Nest searches the package beside itself, but here it is installed below another package. */
const protoLoader = createRequire(createRequire(import.meta.url).resolve('etcd3')).resolve('@grpc/proto-loader');

const PROTO = `
  syntax = "proto3";
  package orders;
  message Order { string id = 1; }
  service Orders { rpc Find (Order) returns (Order); }
  service Returns { rpc Find (Order) returns (Order); }`;

it('the check of a GrpcIndicator uses the connection of the ClientsModule client', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nest-vitals-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const protoPath = join(folder, 'orders.proto');
  writeFileSync(protoPath, PROTO);
  const { server, port } = await startHealthServer(0, (service) => (service === 'orders.Returns' ? 2 : 1));
  onTestFinished(() => server.forceShutdown());
  const options = { url: `127.0.0.1:${port}`, package: 'orders', protoPath, protoLoader };
  const application = await startApplication('express', {
    imports: [
      HealthModule.forRoot({ defaults: { ttl: 0 } }),
      ClientsModule.register([{ name: 'ORDERS', transport: Transport.GRPC, options }]),
    ],
    providers: [
      GrpcIndicator('orders', { client: 'ORDERS', service: 'orders.Orders' }),
      GrpcIndicator('returns', { client: 'ORDERS', service: 'orders.Returns' }),
    ],
  });
  for (let probes = 0; probes < 5; probes += 1) {
    expect(statusesIn(await application.get('/health/ready'))).toEqual({ orders: 'UP', returns: 'DOWN' });
  }
  expect(openSockets(port)).toBe(1);
  await application.app.close();
  await vi.waitFor(() => expect(openSockets(port)).toBe(0), SOON);
});
