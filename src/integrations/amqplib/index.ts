export { AmqplibIndicator } from './amqplib.indicator.js';
export type { AmqplibIndicatorOptions } from './amqplib.indicator.js';
export type { AmqpChannel, AmqpConnection, AmqpConnectionHolder, AmqpEmitter, AmqplibClient } from './amqp-client.js';
