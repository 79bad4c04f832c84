import { Server, ServerCredentials, type ServerUnaryCall, type ServiceDefinition, status } from '@grpc/grpc-js';

/** What is asked of the server: the bytes of the message, and the call. */
export type HealthCall = ServerUnaryCall<Buffer, Buffer>;

/** Answers a call with the number of a serving status. Undefined: the service is not known. Null: never. */
export type Answer = (service: string, call: HealthCall) => number | undefined | null;

const bytes = (message: Buffer): Buffer => message;

/** Written out here and not taken from the library, so that each is a check on the other. */
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

/** A gRPC server of the real package with nothing but its health. Port 0: one that is free. Returns the port, too. */
export async function startHealthServer(port: number, answer: Answer): Promise<{ server: Server; port: number }> {
  const server = new Server();
  server.addService(HEALTH, {
    check: (call: HealthCall, callback: (error: object | null, response?: Buffer) => void) => {
      const request = call.request;
      // Its one field is a text, which is shorter than 128 bytes in these tests.
      const serving = answer(request.subarray(2).toString(), call);
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
