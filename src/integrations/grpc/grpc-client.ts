/** What is used of a call that is under way. */
interface GrpcCall {
  cancel(): void;
}

/** What is used of a client of `@grpc/grpc-js`, generated or not: a call to any method can be made through it. */
export interface GrpcCaller {
  makeUnaryRequest(
    method: string,
    serialize: (value: string) => Buffer,
    deserialize: (message: Buffer) => unknown,
    argument: string,
    callback: (error: Error | null, value?: unknown) => void,
  ): GrpcCall;
}

/** What is used of the client of `ClientsModule` with `Transport.GRPC`. */
export interface NestGrpcClient {
  getClientByServiceName(name: string): object;
}

export type GrpcClient = GrpcCaller | NestGrpcClient;

export function isGrpcClient(candidate: unknown): candidate is GrpcClient {
  return isCaller(candidate) || (isNestClient(candidate) && firstServiceOf(candidate) !== undefined);
}

/**
 * The client that calls are made through. That of Nest has one for each of its services, all of which share the
 * connection; whichever it is, the method of another service can be called, too.
 */
export function callerOf(client: GrpcClient): GrpcCaller {
  if (isCaller(client)) return client;
  const caller: unknown = client.getClientByServiceName(firstServiceOf(client) ?? '');
  if (!isCaller(caller)) throw new Error('the client of Nest has no client of @grpc/grpc-js');
  return caller;
}

function isCaller(candidate: unknown): candidate is GrpcCaller {
  return has(candidate, 'makeUnaryRequest');
}

function isNestClient(candidate: unknown): candidate is NestGrpcClient {
  return has(candidate, 'getClientByServiceName') && has(candidate, 'getService');
}

/** The services stand by their names in the packages that were loaded. Nest has no public list of them. */
function firstServiceOf(client: NestGrpcClient): string | undefined {
  const { grpcClients } = client as { readonly grpcClients?: unknown };
  if (!Array.isArray(grpcClients)) return undefined;
  return grpcClients
    .flatMap((services: unknown) => Object.entries(services ?? {}))
    .find(([, service]) => typeof service === 'function' && 'service' in service)?.[0];
}

function has(candidate: unknown, method: string): boolean {
  return typeof candidate === 'object' && candidate !== null && typeof Reflect.get(candidate, method) === 'function';
}
