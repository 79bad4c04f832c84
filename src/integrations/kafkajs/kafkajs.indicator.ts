import type { OnModuleDestroy, Type } from '@nestjs/common';
import { assess } from '../../clients/assess.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { notConnected } from '../../clients/not-connected.js';
import { degradedIfNotPermitted } from '../../clients/not-permitted.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { type OwnOf, configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { listOf, nonBlank, wholeFrom } from '../../options/rules.js';
import type { ClusterReport, GroupName } from './cluster-report.js';
import { type KafkaJsClient, isKafkaJsClient, currentClient } from './kafka-client.js';
import { ping } from './ping.js';
import { CurrentAdmin } from './current-admin.js';

/** Options of {@link KafkaJsIndicator}. */
export interface KafkaJsIndicatorOptions extends HealthIndicatorOptions {
  /**
   * The application's `Kafka` or `Admin`, Nest's client for Kafka, or an object whose property `server` is Nest's server
   * for Kafka: its injection token, or the object itself. For all but an `Admin`, the indicator opens a connection of its
   * own with the settings of the client. Required.
   */
  readonly client: ClientSource<KafkaJsClient>;
  /** DEGRADED when the cluster has fewer brokers than this. Default: unset, no limit. */
  readonly minBrokers?: number;
  /** The consumer group whose lag is reported; needs `topics`. Nest adds `-server` or `-client` to its groups. Default: unset. */
  readonly groupId?: string;
  /** The topics of `groupId`. A topic that does not exist is DOWN. Default: unset. */
  readonly topics?: readonly string[];
  /** DEGRADED when more messages than this wait for the group, in all partitions together. Default: unset, no limit. */
  readonly maxLag?: number;
}

/** Requests the state of a Kafka cluster, and the lag of a consumer group, through a client of `kafkajs`. */
export function KafkaJsIndicator(name: string, options: KafkaJsIndicatorOptions): Type<HealthIndicator> {
  const rules = {
    client: clientSource,
    minBrokers: wholeFrom(1),
    groupId: nonBlank,
    topics: listOf(nonBlank),
    maxLag: wholeFrom(0),
  };
  const { own, place, annotate } = configureIndicator('KafkaJsIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<KafkaJsClient> implements OnModuleDestroy {
      readonly #admin = new CurrentAdmin();

      protected request(): ClientRequest<KafkaJsClient> {
        return {
          place,
          sources: [own.client],
          accepts: isKafkaJsClient,
          expected: "a Kafka or an Admin of kafkajs, Nest's client for Kafka, or an object with its server",
          remedy: passToken(place, 'client', '{ client: KAFKA }'),
          optionsFault: () => optionsFault(place, own),
        };
      }

      onModuleDestroy(): void {
        this.#admin.end();
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        const client = await this.client();
        const admin = this.#admin.of(client);
        const current = currentClient(client);
        if (!admin || !current) throw notConnected('not started');
        return degradedIfNotPermitted(async () => resultOf(await ping(current, admin, groupOf(own), signal), own));
      }
    },
  );
}

type Own = OwnOf<KafkaJsIndicatorOptions>;

function resultOf(
  { brokers, controller, lag }: ClusterReport,
  { minBrokers = 0, maxLag = Infinity }: Own,
): HealthResult {
  return assess(
    [
      brokers < minBrokers && `the cluster has ${brokers} brokers, fewer than ${minBrokers}`,
      controller === undefined && 'the cluster has no controller',
      lag !== undefined && lag.messages > maxLag && `${lag.messages} messages wait for the group, more than ${maxLag}`,
    ],
    {
      brokers,
      ...(controller !== undefined && { controller }),
      ...(lag && { lag_messages: lag.messages, uncommitted_partitions: lag.uncommitted }),
    },
  );
}

function groupOf({ groupId, topics }: Own): GroupName | undefined {
  return groupId === undefined || topics === undefined ? undefined : { groupId, topics };
}

function optionsFault(place: string, { groupId, topics, maxLag }: Own): ConfigurationFault | undefined {
  if ((groupId === undefined) !== (topics === undefined)) {
    return { place, problem: 'groupId and topics must be set together', remedy: 'set both options, or remove both' };
  }
  if (maxLag !== undefined && groupId === undefined) {
    return { place, problem: 'maxLag needs a group', remedy: 'set groupId and topics, or remove maxLag' };
  }
  return undefined;
}
