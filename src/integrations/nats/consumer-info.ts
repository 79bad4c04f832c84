import { HealthCheckError } from '../../errors/health-check.error.js';
import { show } from '../../options/rules.js';
import type { NatsConnection } from './nats-client.js';

/** A consumer of JetStream. */
export interface ConsumerName {
  readonly stream: string;
  readonly consumer: string;
}

/** How far behind a consumer is. */
export interface ConsumerInfo {
  /** Messages that it has not been handed yet. */
  readonly pending: number;
  /** Messages that it has been handed and has not acknowledged. */
  readonly unacknowledged: number;
  /** Of those, how many it has been handed more than once. */
  readonly redelivered: number;
}

interface Reply {
  readonly num_pending?: number;
  readonly num_ack_pending?: number;
  readonly num_redelivered?: number;
  readonly error?: { readonly code?: number; readonly err_code?: number };
}

/** The error codes of JetStream that say what is missing. */
const CONSUMER_NOT_FOUND = 10_014;
const STREAM_NOT_FOUND = 10_059;

/** Asks JetStream for a consumer. That is a message to the server's own interface, of which nothing is stored. */
export async function consumerInfo(
  connection: NatsConnection,
  { stream, consumer }: ConsumerName,
  timeout: number,
): Promise<ConsumerInfo> {
  const subject = `$JS.API.CONSUMER.INFO.${stream}.${consumer}`;
  const { data } = await connection.request(subject, new Uint8Array(), { timeout });
  const reply = JSON.parse(new TextDecoder().decode(data)) as Reply;
  if (reply.error) throw refusal(reply.error, { stream, consumer });
  return {
    pending: reply.num_pending ?? 0,
    unacknowledged: reply.num_ack_pending ?? 0,
    redelivered: reply.num_redelivered ?? 0,
  };
}

function refusal(error: NonNullable<Reply['error']>, { stream, consumer }: ConsumerName): HealthCheckError {
  const code = `JS_${error.err_code ?? error.code ?? 'ERROR'}`;
  if (error.err_code === STREAM_NOT_FOUND) {
    return new HealthCheckError(`the stream ${show(stream)} does not exist`, { code });
  }
  if (error.err_code === CONSUMER_NOT_FOUND) {
    return new HealthCheckError(`the consumer ${show(consumer)} does not exist`, { code });
  }
  return new HealthCheckError('JetStream has refused the question for the consumer', { code });
}
