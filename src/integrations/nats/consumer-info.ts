import { HealthCheckError } from '../../errors/health-check.error.js';
import { show } from '../../options/rules.js';
import type { NatsConnection } from './nats-client.js';

/** The name of a JetStream consumer. */
export interface ConsumerName {
  readonly stream: string;
  readonly consumer: string;
}

/** The backlog of a consumer. */
export interface ConsumerInfo {
  /** Messages that were not delivered to the consumer yet. */
  readonly pending: number;
  /** Messages that were delivered and not acknowledged. */
  readonly unacknowledged: number;
  /** Unacknowledged messages that were delivered more than once. */
  readonly redelivered: number;
}

interface Reply {
  readonly num_pending?: number;
  readonly num_ack_pending?: number;
  readonly num_redelivered?: number;
  readonly error?: { readonly code?: number; readonly err_code?: number };
}

/** The error codes of JetStream for a missing consumer or stream. */
const CONSUMER_NOT_FOUND = 10_014;
const STREAM_NOT_FOUND = 10_059;

/** Requests the state of a consumer through the JetStream API. JetStream stores nothing of the request. */
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
  return new HealthCheckError('JetStream refused the request for the consumer', { code });
}
