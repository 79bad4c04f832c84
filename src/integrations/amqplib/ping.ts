import { ClientRequests } from '../../clients/client-requests.js';
import { notConnected } from '../../clients/not-connected.js';
import { HealthCheckError, isHealthCheckError } from '../../errors/health-check.error.js';
import { show } from '../../options/rules.js';
import type { ConnectionWatch } from './connection-watch.js';

/** How full a queue is, and how many empty it. */
export interface QueueCounts {
  readonly messages: number;
  readonly consumers: number;
}

/** Every broker has it, in every virtual host, and nobody can delete it: to ask whether it is there is always allowed. */
const ALWAYS_THERE = 'amq.direct';

/** Of all indicators: those that look at one connection ask one after the other. */
const questions = new ClientRequests<QueueCounts | undefined>();

/** Asks the broker for an answer: for the counts of a queue, if one is named. */
export function ask(
  watch: ConnectionWatch,
  queue: string | undefined,
  signal: AbortSignal,
): Promise<QueueCounts | undefined> {
  // What was sent cannot be taken back. Until the reply comes, or the connection goes, nothing else is asked.
  return questions.ask(watch, JSON.stringify(queue ?? null), signal, async () => {
    try {
      return await watch.ask(async (channel) => {
        if (queue === undefined) {
          await channel.checkExchange(ALWAYS_THERE);
          return undefined;
        }
        // Passive: it asks, and declares nothing.
        const { messageCount, consumerCount } = await channel.checkQueue(queue);
        return { messages: messageCount, consumers: consumerCount };
      });
    } catch (error) {
      throw explain(error, queue);
    }
  });
}

const CODES: readonly (readonly [RegExp, string])[] = [
  [/^Heartbeat timeout/, 'ETIMEDOUT'],
  [/^Channel ended|^Channel closed by server|^Unexpected close|^Connection closed/, 'ECONNRESET'],
];

/** `amqplib` tells its failures by their words, and those of the broker by a number. */
function explain(error: unknown, queue: string | undefined): unknown {
  if (!(error instanceof Error) || isHealthCheckError(error)) return error;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === 'number') return refusedByBroker(code, queue, error);
  if (error.name === 'IllegalOperationError') return illegal(error);
  const known = code ?? CODES.find(([words]) => words.test(error.message))?.[1];
  return known === undefined ? error : Object.assign(new Error(error.message, { cause: error }), { code: known });
}

/** The codes of AMQP 0-9-1 with which a broker answers the question for a queue. */
function refusedByBroker(code: number, queue: string | undefined, cause: Error): HealthCheckError {
  const subject = queue === undefined ? 'the question' : `the queue ${show(queue)}`;
  const words: Readonly<Record<number, string>> = {
    403: `the broker denies access to ${subject}`,
    404: `${subject} does not exist`,
    405: `${subject} belongs to another connection alone`,
  };
  return new HealthCheckError(words[code] ?? `the broker has refused ${subject}`, { code: `AMQP_${code}`, cause });
}

/** It was known before anything was sent. */
function illegal(error: Error): HealthCheckError {
  return error.message.startsWith('Channel')
    ? new HealthCheckError('the channel is closed', { code: 'ENOTCONN', cause: error })
    : notConnected('closed');
}
