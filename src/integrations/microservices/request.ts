import { HealthCheckError } from '../../errors/health-check.error.js';
import type { MicroserviceClient } from './microservice.js';
import { explain } from './transport-state.js';

/** A question that the application's own service answers. */
export interface ServiceRequest {
  readonly pattern: unknown;
  readonly data: unknown;
}

/** Resolves with the first answer of the service. When it is aborted, the client forgets that it has asked. */
export async function request(
  client: MicroserviceClient,
  { pattern, data }: ServiceRequest,
  signal: AbortSignal,
): Promise<void> {
  let onAbort = (): void => undefined;
  let subscription = { unsubscribe: (): void => undefined };
  const answer = new Promise<void>((resolve, reject) => {
    onAbort = () => reject(signal.reason);
    subscription = client.send(pattern, data).subscribe({
      next: () => resolve(),
      error: (error) => reject(explainAnswer(error)),
      complete: () => resolve(),
    });
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await answer;
  } finally {
    signal.removeEventListener('abort', onAbort);
    subscription.unsubscribe();
  }
}

const ANSWERS: readonly (readonly [RegExp, string, string])[] = [
  [/^There is no matching message handler/, 'the service has no handler for the pattern', 'NO_HANDLER'],
  [/^Empty response/, 'nobody listens to the pattern', 'NO_LISTENER'],
];

/** What the service threw comes as whatever its exception held. What failed on the way is an error, or a known text. */
function explainAnswer(error: unknown): unknown {
  const text = error instanceof Error ? error.message : error;
  if (typeof text === 'string') {
    const [, words, code] = ANSWERS.find(([pattern]) => pattern.test(text)) ?? [];
    if (words !== undefined && code !== undefined) return new HealthCheckError(words, { code, cause: error });
  }
  if (error instanceof Error || (typeof error === 'string' && error.includes('Connection lost'))) return explain(error);
  return new HealthCheckError('the service has answered with an error', { code: 'SERVICE_ERROR', cause: error });
}
