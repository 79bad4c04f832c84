export { KafkaJsIndicator } from './kafkajs.indicator.js';
export type { KafkaJsIndicatorOptions } from './kafkajs.indicator.js';
export { KafkaJsConsumerIndicator } from './kafkajs-consumer.indicator.js';
export type { KafkaJsConsumerIndicatorOptions } from './kafkajs-consumer.indicator.js';
export type {
  Kafka,
  KafkaAdmin,
  KafkaConsumer,
  KafkaConsumerHolder,
  KafkaConsumerSource,
  KafkaJsClient,
  NestKafka,
  NestKafkaHolder,
} from './kafka-client.js';
