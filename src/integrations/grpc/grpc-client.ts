import { hasMethods } from '../../core/has-methods.js';

/** The used part of a call that is under way. */
interface GrpcCall {
  cancel(): void;
}

/** The used part of a client of `@grpc/grpc-js`, generated or not: it can call any method of its server. */
export interface GrpcCaller {
  makeUnaryRequest(
    method: string,
    serialize: (value: string) => Buffer,
    deserialize: (message: Buffer) => unknown,
    argument: string,
    callback: (error: Error | null, value?: unknown) => void,
  ): GrpcCall;
}

/** The used part of a client of `ClientsModule` with `Transport.GRPC`. */
export interface NestGrpcClient {
  getClientByServiceName(name: string): object;
}

export type GrpcClient = GrpcCaller | NestGrpcClient;

export function isGrpcClient(candidate: unknown): candidate is GrpcClient {
  return isCaller(candidate) || (isNestClient(candidate) && firstServiceOf(candidate) !== undefined);
}

/**
 * The client that makes the call. A client of Nest has one for each of its services, with one connection for all. The
 * client of any service can call the methods of other services too.
 */
export function callerOf(client: GrpcClient): GrpcCaller {
  if (isCaller(client)) return client;
  const caller: unknown = client.getClientByServiceName(firstServiceOf(client) ?? '');
  if (!isCaller(caller)) throw new Error('the client of Nest has no client of @grpc/grpc-js');
  return caller;
}

function isCaller(candidate: unknown): candidate is GrpcCaller {
  return hasMethods(candidate, 'makeUnaryRequest');
}

function isNestClient(candidate: unknown): candidate is NestGrpcClient {
  return hasMethods(candidate, 'getClientByServiceName', 'getService');
}

/** Nest has no public list of the services. Its private one has the loaded packages, each with its services by name. */
function firstServiceOf(client: NestGrpcClient): string | undefined {
  const { grpcClients } = client as { readonly grpcClients?: unknown };
  if (!Array.isArray(grpcClients)) return undefined;
  return grpcClients
    .flatMap((services: unknown) => Object.entries(services ?? {}))
    .find(([, service]) => typeof service === 'function' && 'service' in service)?.[0];
}
