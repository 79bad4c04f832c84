import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Client, type ClientDuplexStream, credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import type { INestMicroservice } from '@nestjs/common';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { HealthModule } from 'nest-vitals';
import { grpcHealth } from 'nest-vitals/grpc';
import { expect, it, onTestFinished } from 'vitest';
import { CapturedLog } from '../../support/captured-log.js';
import { moduleNamed } from '../../support/module-named.js';
import { freePort } from '../../support/servers/free-port.js';
import { GrpcHealthClient, protoFile, protoLoader } from '../../support/servers/grpc-health-client.js';

const ORDERS = `
  syntax = "proto3";
  package orders;
  message Order { string id = 1; }
  service Orders { rpc Find (Order) returns (Order); }`;

const require = createRequire(import.meta.url);

interface Listed {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
}
interface ReflectionStub extends Client {
  ServerReflectionInfo(): ClientDuplexStream<{ listServices: string }, Listed>;
}

/** The names of the services that the server describes. */
async function listServices(url: string): Promise<string[]> {
  const proto = join(dirname(require.resolve('@grpc/reflection')), '../proto/grpc/reflection/v1/reflection.proto');
  const loader = require(protoLoader) as { loadSync(path: string): Parameters<typeof loadPackageDefinition>[0] };
  const { grpc } = loadPackageDefinition(loader.loadSync(proto)) as unknown as {
    readonly grpc: {
      readonly reflection: {
        readonly v1: { readonly ServerReflection: new (url: string, trust: unknown) => ReflectionStub };
      };
    };
  };
  const stub = new grpc.reflection.v1.ServerReflection(url, credentials.createInsecure());
  onTestFinished(() => stub.close());
  const call = stub.ServerReflectionInfo();
  return new Promise((resolve, reject) => {
    call.on('error', reject);
    call.on('data', ({ listServicesResponse }: Listed) => {
      resolve((listServicesResponse?.service ?? []).map(({ name }) => name));
      call.end();
    });
    call.write({ listServices: '*' });
  });
}

it('the gRPC health server serves Check beside the reflection of the application’s services', async () => {
  const url = `127.0.0.1:${await freePort()}`;
  const root = moduleNamed('RootModule', { imports: [HealthModule.forRoot({ shutdown: { delay: 0 } })] });
  const compiled = await Test.createTestingModule({ imports: [root] })
    .setLogger(new CapturedLog())
    .compile();
  const app: INestMicroservice = compiled.createNestMicroservice<MicroserviceOptions>({
    transport: Transport.GRPC,
    options: {
      url,
      package: 'orders',
      protoPath: protoFile(ORDERS),
      protoLoader,
      onLoadPackageDefinition: (definition, server) => {
        grpcHealth(() => app)(definition, server);
        new ReflectionService(definition).addToServer(server);
      },
    },
  });
  onTestFinished(() => app.close());
  await app.listen();
  expect(await new GrpcHealthClient(url).check()).toBe('SERVING');
  expect(await listServices(url)).toContain('orders.Orders');
});
