import { notConnected } from '../../clients/not-connected.js';
import { isHealthCheckError } from '../../errors/health-check.error.js';
import type { Transport } from './microservice.js';

/** States in which nothing that was sent will be answered. */
const LOST: ReadonlySet<string> = new Set(['disconnected', 'reconnecting', 'closed', 'crashed', 'stopped']);

/** The promise, unless the connection is lost first: not every transport tells those who wait. */
export async function unlessLost<T>(transport: Transport, promise: Promise<T>): Promise<T> {
  let subscription = { unsubscribe: (): void => undefined };
  const lost = new Promise<never>((_resolve, reject) => {
    subscription = transport.status.subscribe((status) => {
      if (LOST.has(status)) reject(Object.assign(new Error('the connection was lost'), { code: 'ECONNRESET' }));
    });
  });
  try {
    return await Promise.race([promise, lost]);
  } finally {
    subscription.unsubscribe();
  }
}

const CODES: readonly (readonly [RegExp, string])[] = [
  [/^CONNECTION_REFUSED$|connection refused/i, 'ECONNREFUSED'],
  [/^DISCONNECT$|^connection disconnected|^Connection (?:is )?closed/, 'ECONNRESET'],
];

/** The transports throw whatever their clients do: texts, nothing at all, and errors without a code. */
export function explain(error: unknown): unknown {
  // What they cache until they have their next connection.
  if (error === undefined || typeof error === 'string') return notConnected('reconnecting');
  if (!(error instanceof Error) || isHealthCheckError(error)) return error;
  const { code } = error as { readonly code?: unknown };
  const known = CODES.find(([words]) => words.test(typeof code === 'string' ? code : error.message))?.[1];
  return known === undefined ? error : Object.assign(new Error(error.message, { cause: error }), { code: known });
}
