import { explainEtcdError } from './failure.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { onAbort, raceAbort } from '../../core/async.js';
import { explainGrpcError } from '../grpc-failure.js';
import { WatchedCall } from '../watched-call.js';

/** A stream of gRPC. */
export interface EtcdStream<Response> {
  on(event: 'data', listener: (response: Response) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  write(request: object): unknown;
  cancel(): void;
}

/** The used part of the `leaseClient` of an `Etcd3` client. Numbers of 64 bits are strings. */
export interface EtcdLeaseClient {
  leaseGrant(request: { TTL: number }, options?: object): Promise<{ readonly ID: string; readonly TTL: string }>;
  leaseRevoke(request: { ID: string }, options?: object): Promise<unknown>;
  leaseKeepAlive(options?: object): Promise<EtcdStream<{ readonly TTL: string }>>;
}

/** The status code of gRPC for a message that is larger than the client accepts. */
export const RESOURCE_EXHAUSTED = 8;
const NOT_FOUND = 5;
/** The texts of the server for an alarm of the quota, which lasts until an operator disarms it. */
const NO_SPACE = /database space exceeded|NOSPACE/;
const FULL = 'the database of etcd is full: compact and defragment it, then disarm the alarm NOSPACE';

/** A failed call, with its real status code: the client receives another one, so that it does not repeat the call. */
export class EtcdCallError extends Error {
  readonly #call: WatchedCall;

  constructor(call: WatchedCall, cause: unknown) {
    super('the call failed', { cause });
    this.#call = call;
  }

  get status(): number | undefined {
    return this.#call.failure?.code;
  }

  /** Whether the call was not sent. */
  get isUnsent(): boolean {
    return NOT_SENT.test(this.#call.failure?.details ?? '');
  }

  /** The error for the report. `notPermitted`: its text if the user is not permitted to make the call. */
  explain(notPermitted: string): unknown {
    const { failure } = this.#call;
    if (failure && NO_SPACE.test(failure.details)) {
      return new HealthCheckError(FULL, { code: 'NOSPACE', cause: this.cause });
    }
    return failure
      ? explainGrpcError(failure, this.cause, { refusals: { PERMISSION_DENIED: notPermitted } })
      : explainEtcdError(this.cause);
  }
}

export const isMissing = (error: unknown): boolean => error instanceof EtcdCallError && error.status === NOT_FOUND;

/** Attempts of one call. With one of three members unavailable, all attempts fail for one call in 700. */
const MOST_ATTEMPTS = 6;
/** The client had no connection to the member, so the call was not sent. */
const NOT_SENT = /^No connection established/;

/**
 * Makes a call that is cancelled when `signal` is aborted. The client chooses a member of the cluster for each call: a call
 * that was not sent, because that member is unavailable, is made again. Rejects with an `EtcdCallError`.
 */
export async function etcdCall<T>(signal: AbortSignal, begin: (options: object) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await etcdAttempt(signal, begin);
    } catch (error) {
      const isSent = !(error instanceof EtcdCallError && error.isUnsent);
      if (isSent || attempt === MOST_ATTEMPTS || signal.aborted) throw error;
    }
  }
}

async function etcdAttempt<T>(signal: AbortSignal, begin: (options: object) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const call = new WatchedCall();
  const removeListener = onAbort(signal, () => call.cancel());
  try {
    return await begin(call.options);
  } catch (error) {
    throw new EtcdCallError(call, error);
  } finally {
    removeListener();
  }
}

/** An open stream of gRPC. */
export interface OpenStream {
  /** Never resolves. Rejects with an `EtcdCallError` when the stream ends. */
  readonly ended: Promise<never>;
  write(request: object): void;
  close(): void;
}

/** Opens a stream, and cancels it if it opens after `signal` was aborted. */
export async function etcdStream<Response>(
  signal: AbortSignal,
  open: (options: object) => Promise<EtcdStream<Response>>,
  onResponse: (response: Response) => void,
): Promise<OpenStream> {
  const call = new WatchedCall();
  const opening = open(call.options);
  let stream: EtcdStream<Response>;
  try {
    stream = await raceAbort(opening, signal);
  } catch (error) {
    opening.then(
      (late) => late.on('error', () => undefined) && late.cancel(),
      () => undefined,
    );
    if (signal.aborted) throw error;
    throw new EtcdCallError(call, error);
  }
  const ended = new Promise<never>((_resolve, reject) => {
    const fail = (error: Error): void => reject(new EtcdCallError(call, error));
    stream.on('error', fail);
    stream.on('end', () => fail(new Error('the stream has ended')));
  });
  ended.catch(() => undefined);
  stream.on('data', onResponse);
  return { ended, write: (request) => void stream.write(request), close: () => stream.cancel() };
}

/** Extends a lease once. Resolves to its time in seconds; 0: the server no longer has the lease. */
export async function keepAlive(leases: EtcdLeaseClient, id: string, signal: AbortSignal): Promise<number> {
  let respond: (seconds: number) => void = () => undefined;
  const response = new Promise<number>((resolve) => {
    respond = resolve;
  });
  const stream = await etcdStream(
    signal,
    (options) => leases.leaseKeepAlive(options),
    ({ TTL }) => respond(Number(TTL)),
  );
  try {
    stream.write({ ID: id });
    return await raceAbort(Promise.race([response, stream.ended]), signal);
  } finally {
    stream.close();
  }
}
