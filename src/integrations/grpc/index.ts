export { grpcHealth } from './grpc-health.js';
export type { GrpcHealthLoader, GrpcHealthOptions, HealthApplication } from './grpc-health.js';
export { GrpcIndicator } from './grpc.indicator.js';
export type { GrpcIndicatorOptions } from './grpc.indicator.js';
export type { GrpcCaller, NestGrpcClient } from './grpc-client.js';
