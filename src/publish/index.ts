export { HealthPublishModule } from './health-publish.module.js';
export type { HealthPublishAsyncOptions } from './health-publish.module.js';
export type { HealthPublisher, PublishTimesOptions, ScheduledPublisher } from './health-publisher.js';
export type { HealthPublishOptions } from './publish-options.js';
export { consulService } from './targets/consul-service.js';
export type { ConsulServiceOptions } from './targets/consul-service.js';
export { dogstatsd } from './targets/dogstatsd.js';
export type { DogstatsdOptions } from './targets/dogstatsd.js';
export { etcdKey } from './targets/etcd-key.js';
export type { EtcdKeyOptions } from './targets/etcd-key.js';
export type { EtcdPublishingClient } from './targets/leased-key.js';
export { healthchecksIo } from './targets/healthchecks-io.js';
export type { HealthchecksIoOptions } from './targets/healthchecks-io.js';
export { mqttTopic } from './targets/mqtt-topic.js';
export type { MqttPublishingClient, MqttTopicOptions } from './targets/mqtt-topic.js';
export { natsSubject } from './targets/nats-subject.js';
export type { NatsPublishingClient, NatsSubjectOptions } from './targets/nats-subject.js';
export type { PublishedDetail, PublishedHealth } from './targets/published-health.js';
export { pushgateway } from './targets/pushgateway.js';
export type { PushgatewayOptions } from './targets/pushgateway.js';
export { redisChannel } from './targets/redis-channel.js';
export type { RedisChannelOptions } from './targets/redis-channel.js';
export type {
  IoRedisPublishingClient,
  NodeRedisClusterPublishingClient,
  NodeRedisPublishingClient,
  NodeRedisSentinelPublishingClient,
  RedisPublishingClient,
} from './targets/redis-publishing-client.js';
export { statsd } from './targets/statsd.js';
export type { StatsdOptions } from './targets/statsd-options.js';
export { uptimeKuma } from './targets/uptime-kuma.js';
export type { UptimeKumaOptions } from './targets/uptime-kuma.js';
