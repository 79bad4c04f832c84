import { ClientRequests } from '../../clients/client-requests.js';
import { codedError } from '../../clients/error-codes.js';
import { type NatsExplanation, WITHOUT_JETSTREAM, explainNatsError } from '../../clients/nats/failure.js';
import { notConnected } from '../../clients/not-connected.js';
import { NotPermittedError } from '../../clients/not-permitted.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type ConsumerInfo, type ConsumerName, consumerInfo } from './consumer-info.js';
import type { NatsConnection } from './nats-client.js';

/** Shared by all indicators: the requests on one connection run one after the other. */
const pings = new ClientRequests<ConsumerInfo | undefined>();

/** Pings the server, and requests the state of a consumer if one is named. */
export async function ping(
  connection: NatsConnection,
  consumer: ConsumerName | undefined,
  signal: AbortSignal,
  timeout: number,
): Promise<ConsumerInfo | undefined> {
  // These states need no request. A ping that is under way when the connection is closed never ends.
  if (connection.isClosed()) throw notConnected('closed');
  if (connection.isDraining()) throw new HealthCheckError('the connection is draining', { code: 'EDRAINING' });
  return pings.send(connection, JSON.stringify(consumer ?? null), signal, async (abandoned) => {
    try {
      // A ping cannot be cancelled. No other ping is sent before the response, or the end of the connection.
      await connection.rtt();
      abandoned.throwIfAborted();
      return consumer && (await consumerInfo(connection, consumer, timeout));
    } catch (error) {
      throw explainNatsError(error, MESSAGES);
    }
  });
}

const MESSAGES: readonly NatsExplanation[] = [
  WITHOUT_JETSTREAM,
  [
    /^PERMISSIONS_VIOLATION$|^Permissions Violation/,
    (cause) =>
      new NotPermittedError('cannot check the consumer: the user is not permitted to request its state', { cause }),
  ],
  [/^TIMEOUT$|^timeout/, (cause) => codedError(cause.message, 'ETIMEDOUT', cause)],
];
