export { NatsIndicator } from './nats.indicator.js';
export type { NatsIndicatorOptions } from './nats.indicator.js';
export type { NatsConnection } from './nats-client.js';
