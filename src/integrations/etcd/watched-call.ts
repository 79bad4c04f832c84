import type { GrpcStatus } from '../../clients/grpc-failure.js';

/** What is used of a gRPC call, as an interceptor sees it. */
interface Call {
  start(metadata: unknown, listener?: Listener): void;
  cancelWithStatus(code: number, details: string): void;
}

interface Listener {
  onReceiveStatus?(status: GrpcStatus): void;
}

/**
 * What `etcd3` is told of every failure. Others it would count against the host, in the circuit breaker that the
 * application's own calls go through, repeat the call, and close the connections of all of them.
 */
const FAILED_PRECONDITION = 9;
const OK = 0;

/** Follows a call that `etcd3` makes for us, and that could not be cancelled otherwise. */
export class WatchedCall {
  /** Why the call has failed. */
  failure: GrpcStatus | undefined;
  #isCancelled = false;
  #current: Call | undefined;

  /** Options for the call, that have an interceptor of gRPC's look after it. */
  readonly options = {
    interceptors: [(options: unknown, nextCall: (options: unknown) => Call): Call => this.#watch(nextCall(options))],
  };

  /** Ends the call, also one that is begun only after this. */
  cancel(): void {
    this.#isCancelled = true;
    this.#current?.cancelWithStatus(FAILED_PRECONDITION, 'nobody waits for the answer any more');
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
      // It may have waited for a token before it was begun.
      if (this.#isCancelled) this.cancel();
    };
    return call;
  }
}
