import { hostname } from 'node:os';
import { explainRedisError } from '../../clients/redis/failure.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import { nonBlank, required } from '../../options/rules.js';
import type { HealthPublisher } from '../health-publisher.js';
import { messageOf } from './published-health.js';
import {
  type RedisPublishingClient,
  isRedisPublishingClient,
  publishToRedis,
  redisConnected,
} from './redis-publishing-client.js';
import { SingleCall } from './single-call.js';
import { clientRule } from './target-options.js';

/** Options of `redisChannel()`. */
export interface RedisChannelOptions {
  /**
   * The application's own client: a `Redis` or a `Cluster` of `ioredis`, or a client of `createClient()`, `createCluster()` or
   * `createSentinel()` of `redis`. A client that subscribes to channels cannot publish with version 2 of the protocol. Required.
   */
  readonly client: RedisPublishingClient;
  /** The channel. A `keyPrefix` of the client is not added. Required. */
  readonly channel: string;
  /** Names this instance in the message. Default: the host name. */
  readonly instance?: string;
}

const EXPECTED =
  'a Redis or a Cluster of ioredis, or a client of createClient(), createCluster() or createSentinel() of redis';

const RULES = {
  client: clientRule(isRedisPublishingClient, EXPECTED),
  channel: required(nonBlank),
  instance: nonBlank,
} satisfies RuleTable<RedisChannelOptions>;

/**
 * Publishes each report as JSON (`PublishedHealth`) on a channel of Redis, through the application's own client. Redis stores no
 * message: only current subscribers receive it. Throws a `HealthConfigurationError` for a malformed option.
 */
export function redisChannel(options: RedisChannelOptions): HealthPublisher {
  const { client, channel, instance } = readOptions('redisChannel()', options, (reader) =>
    reader.readAll(RULES, { instance: hostname() }),
  );
  const calls = new SingleCall();
  return {
    name: `the channel ${channel} of Redis`,
    async publish(report, signal) {
      try {
        await redisConnected(client, signal);
        await calls.run(signal, async () => {
          // The connection may have been lost while the previous call was in flight.
          await redisConnected(client, signal);
          await publishToRedis(client, channel, messageOf(report, instance), signal);
        });
      } catch (error) {
        throw explain(error);
      }
    },
  };
}

/** The errors of both clients and of the server for a connection that has subscribed. */
const SUBSCRIBER = /subscriber mode|only \(P\|S\)SUBSCRIBE/;

function explain(error: unknown): unknown {
  const text = error instanceof Error ? error.message : '';
  if (text.startsWith('NOPERM')) {
    return new HealthCheckError('the user is not permitted to publish on the channel', {
      code: 'NOPERM',
      cause: error,
    });
  }
  return SUBSCRIBER.test(text)
    ? new HealthCheckError('the client subscribes to channels: pass a client that does not', { cause: error })
    : explainRedisError(error);
}
