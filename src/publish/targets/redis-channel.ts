import { raceAbort } from '../../core/async.js';
import { isRecord } from '../../core/is-record.js';
import { type Rule, nonBlank } from '../../options/rules.js';
import type { HealthPublisher } from '../health-publisher.js';
import { channelMessage, notConnected } from './channel-message.js';
import { readTarget } from './target-options.js';

/** The used part of a client of `ioredis` (`Redis`, `Cluster`) or `redis` (`createClient`, `createCluster`, `createSentinel`). */
export interface RedisPublishingClient {
  publish(channel: string, message: string): Promise<unknown>;
  /** Of a client of `ioredis`. */
  readonly status?: string;
  /** Of a client of `redis`. */
  readonly isOpen?: boolean;
  readonly isReady?: boolean;
}

/** Options of `redisChannel()`. */
export interface RedisChannelOptions {
  /** The application's own client of `ioredis` or `redis`. Required. */
  readonly client: RedisPublishingClient;
  /** The channel. Required. */
  readonly channel: string;
}

const clientRule: Rule<RedisPublishingClient> = {
  expected: 'a client of ioredis or redis',
  accepts: (value) =>
    isRecord(value) && typeof value['publish'] === 'function' && ('status' in value || 'isOpen' in value),
};

/**
 * Publishes each report as JSON to a channel of Redis, through the application's own client. Redis does not store it. Throws a
 * `HealthConfigurationError` for a malformed option.
 */
export function redisChannel(options: RedisChannelOptions): HealthPublisher {
  const { client, channel } = readTarget('redisChannel()', options, (target) => {
    target.reader.refuseUnknown(['client', 'channel']);
    return {
      client: target.object('client', clientRule, options?.client),
      channel: target.required('channel', nonBlank),
    };
  });
  return {
    name: `the channel ${channel} of Redis`,
    publish: async (report, signal) => {
      const { status, isOpen, isReady } = client;
      if ((status !== undefined && status !== 'ready') || isOpen === false || isReady === false) throw notConnected();
      await raceAbort(client.publish(channel, channelMessage(report)), signal);
    },
  };
}
