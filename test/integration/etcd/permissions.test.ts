import { Server, ServerCredentials } from '@grpc/grpc-js';
import { Etcd3 } from 'etcd3';
import { HealthModule } from 'nest-vitals';
import { EtcdIndicator } from 'nest-vitals/etcd';
import { expect, it, onTestFinished } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { startApplication } from '../../support/start-application.js';

const bytes = (): Buffer => Buffer.alloc(0);

/** A member that rejects the status request with this gRPC status code. */
async function memberThatRejects(code: number): Promise<string> {
  const server = new Server();
  onTestFinished(() => server.forceShutdown());
  server.addService(
    {
      status: {
        path: '/etcdserverpb.Maintenance/Status',
        requestStream: false,
        responseStream: false,
        requestSerialize: bytes,
        requestDeserialize: bytes,
        responseSerialize: bytes,
        responseDeserialize: bytes,
      },
    },
    {
      status: (_call: unknown, respond: (error: object) => void) => respond({ code, details: 'etcdserver: refused' }),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return `127.0.0.1:${port}`;
}

it.each([
  [7, { status: 'DEGRADED', message: 'cannot check the member: the user is not permitted to request its status' }],
  [16, { status: 'DOWN', error: 'the server refused the credentials', code: 'UNAUTHENTICATED' }],
])('an EtcdIndicator reports the reason when its request is rejected with the status code %s', async (code, detail) => {
  const client = new Etcd3({ hosts: await memberThatRejects(code) });
  onTestFinished(() => client.close());
  const application = await startApplication('express', {
    imports: [HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } })],
    providers: [EtcdIndicator('configuration', { client })],
  });
  expect(reportIn(await application.get('/health/deep')).details['configuration']).toMatchObject(detail);
});
