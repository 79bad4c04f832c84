import { hasMethods } from '../../core/has-methods.js';

/** The used part of both ends of a transport. */
export interface Transport {
  /** Emits the current state if there is one, and every later state. */
  readonly status: StatusStream;
  /** Returns the socket or the client of the broker. Throws while there is none. */
  unwrap(): unknown;
}

/** The used part of an `Observable` of states. */
export interface StatusStream {
  subscribe(observer: (status: string) => void): { unsubscribe(): void };
}

/** The used part of a `ClientProxy` of `@nestjs/microservices`. */
export interface MicroserviceClient extends Transport {
  /** Connects if there is no connection. Rejects while the broker is not available. */
  connect(): Promise<unknown>;
  send(pattern: unknown, data: unknown): ResponseStream;
}

/** The used part of an `Observable` of responses. */
export interface ResponseStream {
  subscribe(observer: {
    readonly next: (response: unknown) => void;
    readonly error: (error: unknown) => void;
    readonly complete: () => void;
  }): { unsubscribe(): void };
}

/** Holds the server of a hybrid application, which exists only after the application was created. */
export interface MicroserviceServerHolder {
  /** The return value of `app.connectMicroservice()`. */
  readonly server: Transport | null | undefined;
}

/** Excludes the client of gRPC, which has the same methods, but can neither connect nor send. */
export function isMicroserviceClient(candidate: unknown): candidate is MicroserviceClient {
  return hasMethods(candidate, 'connect', 'send', 'emit', 'unwrap') && !hasMethods(candidate, 'getClientByServiceName');
}

export function isServerHolder(candidate: unknown): candidate is MicroserviceServerHolder {
  if (!hasMethods(candidate) || !('server' in candidate)) return false;
  const { server } = candidate;
  return server === undefined || server === null || (hasMethods(server, 'unwrap') && 'status' in server);
}

/** The last state that the transport emitted. */
export function statusOf({ status }: Transport): string | undefined {
  let last: string | undefined;
  status.subscribe((current) => (last = current)).unsubscribe();
  return last;
}
