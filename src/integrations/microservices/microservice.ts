/** What both ends of a transport tell of themselves. */
export interface Transport {
  /** Emits the state, and first of all the present one if there is any. */
  readonly status: StatusStream;
  /** What the transport is made of: a socket, or the client of a broker. Throws while there is none. */
  unwrap(): unknown;
}

/** What is used of an `Observable` of states. */
export interface StatusStream {
  subscribe(observer: (status: string) => void): { unsubscribe(): void };
}

/** What is used of a `ClientProxy` of `@nestjs/microservices`. */
export interface MicroserviceClient extends Transport {
  /** Connects if that was not done. While a broker is gone, it rejects. */
  connect(): Promise<unknown>;
  send(pattern: unknown, data: unknown): AnswerStream;
}

/** What is used of an `Observable` of answers. */
export interface AnswerStream {
  subscribe(observer: {
    readonly next: (answer: unknown) => void;
    readonly error: (error: unknown) => void;
    readonly complete: () => void;
  }): { unsubscribe(): void };
}

/** Whatever knows the server of a hybrid application, which is there only once the application has been made. */
export interface MicroserviceServerHolder {
  /** What `app.connectMicroservice()` returned. */
  readonly server: Transport | null | undefined;
}

/** Not a client of gRPC, which looks alike, but neither connects nor sends. */
export function isMicroserviceClient(candidate: unknown): candidate is MicroserviceClient {
  return has(candidate, 'connect', 'send', 'emit', 'unwrap') && !has(candidate, 'getClientByServiceName');
}

export function isServerHolder(candidate: unknown): candidate is MicroserviceServerHolder {
  if (typeof candidate !== 'object' || candidate === null || !('server' in candidate)) return false;
  const { server } = candidate;
  return server === undefined || server === null || (has(server, 'unwrap') && 'status' in server);
}

/** The last state that it told. */
export function statusOf({ status }: Transport): string | undefined {
  let last: string | undefined;
  status.subscribe((present) => (last = present)).unsubscribe();
  return last;
}

export function has(candidate: unknown, ...methods: readonly string[]): candidate is object {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    methods.every((method) => typeof Reflect.get(candidate, method) === 'function')
  );
}
