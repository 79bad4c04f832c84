import { Server, ServerCredentials, type ServerUnaryCall, type ServiceDefinition, status } from '@grpc/grpc-js';

/** The request to the server: the bytes of the message, and the call. */
export type HealthCall = ServerUnaryCall<Buffer, Buffer>;

/** Returns the number of the serving status. Undefined: NOT_FOUND. Null: no response. */
export type ServingStatusOf = (service: string, call: HealthCall) => number | undefined | null;

const bytes = (message: Buffer): Buffer => message;

/** Written out here instead of imported, so that the tests check the library. */
export const HEALTH: ServiceDefinition = {
  check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: bytes,
    requestDeserialize: bytes,
    responseSerialize: bytes,
    responseDeserialize: bytes,
  },
};

/** A server of `@grpc/grpc-js` with only the health service. Port 0: a free port. Returns the port too. */
export async function startHealthServer(
  port: number,
  statusOf: ServingStatusOf,
): Promise<{ server: Server; port: number }> {
  const server = new Server();
  server.addService(HEALTH, {
    check: (call: HealthCall, callback: (error: object | null, response?: Buffer) => void) => {
      const request = call.request;
      // The one field is a string, shorter than 128 bytes in these tests.
      const serving = statusOf(request.subarray(2).toString(), call);
      if (serving === null) return;
      if (serving === undefined) callback({ code: status.NOT_FOUND, details: 'unknown service' });
      else callback(null, Buffer.from([8, serving]));
    },
  });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, actual) =>
      error ? reject(error) : resolve(actual),
    );
  });
  return { server, port: bound };
}
