import { HealthCheckError, isHealthCheckError } from '../../errors/health-check.error.js';
import { notConnected } from '../not-connected.js';

/** The texts of an error of NATS, and the error for the report. */
export type NatsExplanation = readonly [RegExp, (cause: Error) => Error];

/** Both generations of the client have the same texts: the older one as codes, the newer one as messages. */
function textOf(error: Error): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : error.message;
}

const LOST: readonly NatsExplanation[] = [
  [/^DISCONNECT$|^connection disconnected/, (cause) => notConnected('reconnecting', cause)],
  [/^CONNECTION_CLOSED$|^closed connection/, (cause) => notConnected('closed', cause)],
];

const NO_RESPONDERS = /^503$|^no responders/;

/** Whether no subscriber has received the request. JetStream then has no stream with this subject, or is off. */
export const isNoResponders = (error: unknown): boolean => error instanceof Error && NO_RESPONDERS.test(textOf(error));

export const WITHOUT_JETSTREAM: NatsExplanation = [
  NO_RESPONDERS,
  (cause) => new HealthCheckError('JetStream is not available', { code: 'JS_UNAVAILABLE', cause }),
];

/** Explains an error of a lost connection, and those of `more`. Any other error is returned unchanged. */
export function explainNatsError(error: unknown, more: readonly NatsExplanation[]): unknown {
  if (!(error instanceof Error) || isHealthCheckError(error)) return error;
  const text = textOf(error);
  return [...LOST, ...more].find(([pattern]) => pattern.test(text))?.[1](error) ?? error;
}
