import { ClientRequests } from '../../clients/client-requests.js';
import { notConnected } from '../../clients/not-connected.js';
import { HealthCheckError, isHealthCheckError } from '../../errors/health-check.error.js';
import { type ConsumerInfo, type ConsumerName, consumerInfo } from './consumer-info.js';
import type { NatsConnection } from './nats-client.js';

/** The answer of a server. */
export interface Answer {
  /** Undefined if no consumer is named, or if the user may not ask for it. */
  readonly info?: ConsumerInfo;
  /** Whether the server does not permit the question for the consumer. */
  readonly isForbidden: boolean;
}

/** Of all indicators: those that look at one connection ask one after the other. */
const questions = new ClientRequests<Answer>();

/** Asks the server for an answer, and for a consumer if one is named. */
export async function ask(
  connection: NatsConnection,
  consumer: ConsumerName | undefined,
  signal: AbortSignal,
  timeout: number,
): Promise<Answer> {
  // Known without a question, and a ping that was under way when a connection was closed for good never ends.
  if (connection.isClosed()) throw notConnected('closed');
  if (connection.isDraining()) throw new HealthCheckError('the connection is draining', { code: 'EDRAINING' });
  return questions.ask(connection, JSON.stringify(consumer ?? null), signal, async (abandoned) => {
    try {
      // There is no taking back a ping. Until its answer comes, or the connection goes, no other one is sent.
      await connection.rtt();
      abandoned.throwIfAborted();
    } catch (error) {
      throw explain(error);
    }
    return consumer ? askForConsumer(connection, consumer, timeout) : { isForbidden: false };
  });
}

async function askForConsumer(connection: NatsConnection, consumer: ConsumerName, timeout: number): Promise<Answer> {
  try {
    return { info: await consumerInfo(connection, consumer, timeout), isForbidden: false };
  } catch (error) {
    const explained = explain(error);
    // The server has answered a user who is logged in, and who may use the consumer without being told its state.
    if (explained instanceof Error && 'code' in explained && explained.code === FORBIDDEN) return { isForbidden: true };
    throw explained;
  }
}

const FORBIDDEN = 'EACCES';

/** In words that both generations of the client share, as far as they do: the older one has codes, the newer one names. */
const WORDS: readonly (readonly [RegExp, () => HealthCheckError])[] = [
  [/^DISCONNECT$|^connection disconnected/, () => notConnected('reconnecting')],
  [/^CONNECTION_CLOSED$|^closed connection/, () => notConnected('closed')],
  [/^503$|^no responders/, () => new HealthCheckError('JetStream is not there', { code: 'JS_UNAVAILABLE' })],
];
const CODES: readonly (readonly [RegExp, string])[] = [
  [/^TIMEOUT$|^timeout/, 'ETIMEDOUT'],
  [/^PERMISSIONS_VIOLATION$|^Permissions Violation/, FORBIDDEN],
];

function explain(error: unknown): unknown {
  if (!(error instanceof Error) || isHealthCheckError(error)) return error;
  const { code } = error as { readonly code?: unknown };
  const told = typeof code === 'string' ? code : error.message;
  const words = WORDS.find(([pattern]) => pattern.test(told))?.[1];
  if (words) return Object.assign(words(), { cause: error });
  const known = CODES.find(([pattern]) => pattern.test(told))?.[1];
  return known === undefined ? error : Object.assign(new Error(error.message, { cause: error }), { code: known });
}
