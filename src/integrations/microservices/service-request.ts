import { raceAbort } from '../../core/async.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { explain } from './failure.js';
import type { MicroserviceClient } from './microservice.js';

/** A message to which the application's own service responds. */
export interface ServiceRequest {
  readonly pattern: unknown;
  readonly data: unknown;
}

/** Resolves at the first response of the service. When the signal is aborted, the client stops waiting for it. */
export async function sendRequest(
  client: MicroserviceClient,
  { pattern, data }: ServiceRequest,
  signal: AbortSignal,
): Promise<undefined> {
  let subscription = { unsubscribe: (): void => undefined };
  const response = new Promise<void>((resolve, reject) => {
    subscription = client.send(pattern, data).subscribe({
      next: () => resolve(),
      error: (error) => reject(explainResponse(error)),
      complete: () => resolve(),
    });
  });
  try {
    await raceAbort(response, signal);
  } finally {
    subscription.unsubscribe();
  }
}

const RESPONSES: readonly (readonly [RegExp, string, string])[] = [
  [/^There is no matching message handler/, 'the service has no handler for the pattern', 'NO_HANDLER'],
  [/^Empty response/, 'no service subscribes to the pattern', 'NO_LISTENER'],
];

/** An exception of the service arrives as any value. A failure of the transport is an `Error`, or one of a few strings. */
function explainResponse(error: unknown): unknown {
  const text = error instanceof Error ? error.message : error;
  if (typeof text === 'string') {
    const [, message, code] = RESPONSES.find(([pattern]) => pattern.test(text)) ?? [];
    if (message !== undefined && code !== undefined) return new HealthCheckError(message, { code, cause: error });
  }
  if (error instanceof Error || (typeof error === 'string' && error.includes('Connection lost'))) return explain(error);
  return new HealthCheckError('the service responded with an error', { code: 'SERVICE_ERROR', cause: error });
}
