import { raceAbort } from '../../core/async.js';
import { isRecord } from '../../core/is-record.js';
import { type Rule, matching } from '../../options/rules.js';
import type { HealthPublisher } from '../health-publisher.js';
import { channelMessage, notConnected } from './channel-message.js';
import { readTarget } from './target-options.js';

/** The used part of a connection of `@nats-io/transport-node`, or of the older package `nats`. */
export interface NatsPublishingClient {
  publish(subject: string, payload: Uint8Array): void;
  /** Resolves when the server has received what was sent before. Rejects at once without a connection. */
  rtt(): Promise<number>;
  isClosed(): boolean;
}

/** Options of `natsSubject()`. */
export interface NatsSubjectOptions {
  /** The application's own connection. Required. */
  readonly client: NatsPublishingClient;
  /** The subject. Required. */
  readonly subject: string;
}

const clientRule: Rule<NatsPublishingClient> = {
  expected: 'a connection of @nats-io/transport-node or nats',
  accepts: (value) =>
    isRecord(value) && ['publish', 'rtt', 'isClosed'].every((name) => typeof value[name] === 'function'),
};
const subjectRule = matching(/^[^\s.*>]+(?:\.[^\s.*>]+)*$/, 'a subject without blanks, "*" and ">"');

/**
 * Publishes each report as JSON to a subject of NATS, through the application's own connection. A stream of JetStream with this
 * subject stores it. Throws a `HealthConfigurationError` for a malformed option.
 */
export function natsSubject(options: NatsSubjectOptions): HealthPublisher {
  const { client, subject } = readTarget('natsSubject()', options, (target) => {
    target.reader.refuseUnknown(['client', 'subject']);
    return {
      client: target.object('client', clientRule, options?.client),
      subject: target.required('subject', subjectRule),
    };
  });
  return {
    name: `the subject ${subject} of NATS`,
    publish: async (report, signal) => {
      if (client.isClosed()) throw notConnected();
      await raceAbort(client.rtt(), signal).catch((error: unknown) => {
        throw signal.aborted ? error : notConnected();
      });
      client.publish(subject, Buffer.from(channelMessage(report)));
      // The response follows the message on the same connection, so the server has received it.
      await raceAbort(client.rtt(), signal);
    },
  };
}
