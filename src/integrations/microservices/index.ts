export { MicroserviceIndicator } from './microservice.indicator.js';
export type { MicroserviceIndicatorOptions } from './microservice.indicator.js';
export { MicroserviceServerIndicator } from './microservice-server.indicator.js';
export type { MicroserviceServerIndicatorOptions } from './microservice-server.indicator.js';
export type {
  ResponseStream,
  MicroserviceClient,
  MicroserviceServerHolder,
  StatusStream,
  Transport,
} from './microservice.js';
