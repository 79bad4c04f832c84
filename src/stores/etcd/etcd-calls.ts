import { grpcFailure } from '../../clients/grpc-failure.js';
import { WatchedCall } from '../../clients/watched-call.js';
import { onAbort, raceAbort } from '../../core/async.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import type { EtcdStoreClient, EtcdStream } from './etcd-client.js';

/** The status code of gRPC for a message that is larger than the client accepts. */
export const RESOURCE_EXHAUSTED = 8;
const NOT_FOUND = 5;

const REFUSALS = { PERMISSION_DENIED: 'the user is not permitted to use the keys of the store: see docs/stores.md' };

/** A failed call, with its real status code: the client receives another one, so that it does not repeat the call. */
export class EtcdCallError extends Error {
  readonly status: number | undefined;
  /** For the reader of a report. */
  readonly explained: unknown;

  constructor(call: WatchedCall, cause: unknown) {
    super('the call failed', { cause });
    this.status = call.failure?.code;
    this.explained = call.failure ? grpcFailure(call.failure, cause, { refusals: REFUSALS }) : explainClient(cause);
  }
}

export const isMissing = (error: unknown): boolean => error instanceof EtcdCallError && error.status === NOT_FOUND;

/** Makes a call that is cancelled when `signal` is aborted. Rejects with an `EtcdCallError`. */
export async function etcdCall<T>(signal: AbortSignal, begin: (options: object) => Promise<T>): Promise<T> {
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

/** A stream. */
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

/** Extends a lease once. Resolves to its time in seconds; 0: the server does not have it any more. */
export async function keepAlive(client: EtcdStoreClient, id: string, signal: AbortSignal): Promise<number> {
  let respond: (seconds: number) => void = () => undefined;
  const response = new Promise<number>((resolve) => {
    respond = resolve;
  });
  const stream = await etcdStream(
    signal,
    (options) => client.leaseClient.leaseKeepAlive(options),
    ({ TTL }) => respond(Number(TTL)),
  );
  try {
    stream.write({ ID: id });
    return await raceAbort(Promise.race([response, stream.ended]), signal);
  } finally {
    stream.close();
  }
}

/** The errors of the client itself, which has not called the server. */
function explainClient(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  if ('isBrokenCircuitError' in error) {
    return new HealthCheckError('the client pauses before its next attempt: its circuit breaker is open', {
      cause: error,
    });
  }
  return error.constructor.name === 'ClientClosedError'
    ? new HealthCheckError('the client is closed', { cause: error })
    : error;
}
