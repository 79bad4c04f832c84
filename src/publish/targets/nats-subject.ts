import { hostname } from 'node:os';
import { hasMethods } from '../../core/has-methods.js';
import { type NatsExplanation, explainNatsError } from '../../clients/nats/failure.js';
import { notConnected } from '../../clients/not-connected.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import { matching, nonBlank, required } from '../../options/rules.js';
import type { HealthPublisher } from '../health-publisher.js';
import { messageOf } from './published-health.js';
import { SingleCall } from './single-call.js';
import { clientRule } from './target-options.js';

/** The used part of a connection of `@nats-io/transport-node`, or of the older package `nats`. */
export interface NatsPublishingClient {
  publish(subject: string, payload: Uint8Array): void;
  /** Rejects at once while the client has no connection. */
  rtt(): Promise<number>;
  /** Resolves when the server has received everything that was sent. */
  flush(): Promise<void>;
  isClosed(): boolean;
  isDraining(): boolean;
}

/** Options of `natsSubject()`. */
export interface NatsSubjectOptions {
  /** The application's own connection of `@nats-io/transport-node` or `nats`. Required. */
  readonly client: NatsPublishingClient;
  /** The subject. Required. */
  readonly subject: string;
  /** Names this instance in the message. Default: the host name. */
  readonly instance?: string;
}

const subjectRule = matching(/^[^\s.*>]+(?:\.[^\s.*>]+)*$/, 'a subject without blanks, "*", ">" and empty parts');

const isNatsPublishingClient = (candidate: unknown): candidate is NatsPublishingClient =>
  hasMethods(candidate, 'publish', 'rtt', 'flush', 'isClosed', 'isDraining');

const RULES = {
  client: clientRule(isNatsPublishingClient, 'a connection of @nats-io/transport-node or nats'),
  subject: required(subjectRule),
  instance: nonBlank,
} satisfies RuleTable<NatsSubjectOptions>;

/**
 * Publishes each report as JSON (`PublishedHealth`) on a subject of NATS, through the application's own connection. A stream of
 * JetStream with this subject stores the messages. NATS does not report to the client that the user is not permitted to
 * publish. Throws a `HealthConfigurationError` for a malformed option.
 */
export function natsSubject(options: NatsSubjectOptions): HealthPublisher {
  const { client, subject, instance } = readOptions('natsSubject()', options, (reader) =>
    reader.readAll(RULES, { instance: hostname() }),
  );
  const calls = new SingleCall();
  return {
    name: `the subject ${subject} of NATS`,
    async publish(report, signal) {
      // A call that is in flight when the connection is closed never ends.
      if (client.isClosed()) throw notConnected('closed');
      if (client.isDraining()) throw new HealthCheckError('the connection is draining', { code: 'EDRAINING' });
      await calls.run(signal, async () => {
        try {
          // Without a connection, or if the server hangs, the client would queue the message.
          await client.rtt();
          signal.throwIfAborted();
          client.publish(subject, Buffer.from(messageOf(report, instance)));
          await client.flush();
        } catch (error) {
          throw explainNatsError(error, MESSAGES);
        }
      });
    },
  };
}

const MESSAGES: readonly NatsExplanation[] = [
  [
    /^MAX_PAYLOAD_EXCEEDED$|max_payload size exceeded/,
    (cause) => new HealthCheckError('the message is larger than the server accepts', { cause }),
  ],
];
