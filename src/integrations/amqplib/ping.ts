import { ClientRequests } from '../../clients/client-requests.js';
import { type CodePattern, withCode } from '../../clients/error-codes.js';
import { notConnected } from '../../clients/not-connected.js';
import { NotPermittedError } from '../../clients/not-permitted.js';
import { HealthCheckError, isHealthCheckError } from '../../errors/health-check.error.js';
import { show } from '../../options/rules.js';
import type { ConnectionWatch } from './connection-watch.js';

/** The messages and the consumers of a queue. */
export interface QueueCounts {
  readonly messages: number;
  readonly consumers: number;
}

/** An exchange that exists in every virtual host and cannot be deleted. Every user may check that it exists. */
const STANDARD_EXCHANGE = 'amq.direct';

/** Shared by all indicators: the requests on one connection run one after the other. */
const pings = new ClientRequests<QueueCounts | undefined>();

/** Pings the broker: requests the counts of a queue if one is named, otherwise checks that an exchange exists. */
export function ping(
  watch: ConnectionWatch,
  queue: string | undefined,
  signal: AbortSignal,
): Promise<QueueCounts | undefined> {
  // A request cannot be cancelled. No other request is sent before the response, or the end of the connection.
  return pings.send(watch, JSON.stringify(queue ?? null), signal, async () => {
    try {
      return await watch.send(async (channel) => {
        if (queue === undefined) {
          await channel.checkExchange(STANDARD_EXCHANGE);
          return undefined;
        }
        // A passive declaration: it creates nothing.
        const { messageCount, consumerCount } = await channel.checkQueue(queue);
        return { messages: messageCount, consumers: consumerCount };
      });
    } catch (error) {
      throw explain(error, queue);
    }
  });
}

const CODES: readonly CodePattern[] = [
  [/^Heartbeat timeout/, 'ETIMEDOUT'],
  [/^Channel ended|^Channel closed by server|^Unexpected close|^Connection closed/, 'ECONNRESET'],
];

/** The errors of `amqplib` have only a message. The errors of the broker have a number as code. */
function explain(error: unknown, queue: string | undefined): unknown {
  if (!(error instanceof Error) || isHealthCheckError(error)) return error;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'number') return refusedByBroker(code, queue, error);
  return error.name === 'IllegalOperationError' ? illegalOperation(error) : withCode(error, CODES);
}

/** The reply codes of AMQP 0-9-1 to a passive declaration. */
function refusedByBroker(code: number, queue: string | undefined, cause: Error): HealthCheckError {
  const subject = queue === undefined ? `the exchange ${show(STANDARD_EXCHANGE)}` : `the queue ${show(queue)}`;
  const options = { code: `AMQP_${code}`, cause };
  if (code === 403) {
    return new NotPermittedError(`cannot check ${subject}: the user has no permission for it`, options);
  }
  const messages: Readonly<Record<number, string>> = {
    404: `${subject} does not exist`,
    405: `${subject} is exclusive to another connection`,
  };
  return new HealthCheckError(messages[code] ?? `the broker refused the request for ${subject}`, options);
}

/** `amqplib` throws this error instead of sending the request. */
function illegalOperation(error: Error): HealthCheckError {
  return error.message.startsWith('Channel')
    ? new HealthCheckError('the channel is closed', { code: 'ENOTCONN', cause: error })
    : notConnected('closed', error);
}
