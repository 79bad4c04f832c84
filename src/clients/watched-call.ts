import type { GrpcStatus } from './grpc-failure.js';

/** The used part of a gRPC call in an interceptor. */
interface Call {
  start(metadata: unknown, listener?: Listener): void;
  cancelWithStatus(code: number, details: string): void;
}

interface Listener {
  onReceiveStatus?(status: GrpcStatus): void;
}

/**
 * The status that `etcd3` receives for every failure. For other statuses it counts a failure of the host in the circuit
 * breaker of the application's own calls, repeats the call, and closes the connections of all calls.
 */
const FAILED_PRECONDITION = 9;
const OK = 0;

/** Cancels a call that `etcd3` makes, and records its real status. `etcd3` itself cannot cancel a call. */
export class WatchedCall {
  /** The status of the call if it has failed. */
  failure: GrpcStatus | undefined;
  #isCancelled = false;
  #current: Call | undefined;

  /** Options for the call, with a gRPC interceptor. */
  readonly options = {
    interceptors: [(options: unknown, nextCall: (options: unknown) => Call): Call => this.#watch(nextCall(options))],
  };

  /** Ends the call, also if it has not begun yet. */
  cancel(): void {
    this.#isCancelled = true;
    this.#current?.cancelWithStatus(FAILED_PRECONDITION, 'the check no longer waits for the response');
  }

  #watch(call: Call): Call {
    const start = call.start.bind(call);
    call.start = (metadata, listener) => {
      this.#current = call;
      start(metadata, {
        ...listener,
        onReceiveStatus: (status) => {
          this.#current = undefined;
          this.failure = status.code === OK ? undefined : status;
          listener?.onReceiveStatus?.(status.code === OK ? status : { ...status, code: FAILED_PRECONDITION });
        },
      });
      // The call may have been cancelled while it waited for an authentication token.
      if (this.#isCancelled) this.cancel();
    };
    return call;
  }
}
