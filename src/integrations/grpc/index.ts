export { GrpcIndicator } from './grpc.indicator.js';
export type { GrpcIndicatorOptions } from './grpc.indicator.js';
export type { GrpcCaller, NestGrpcClient } from './grpc-client.js';
