export { S3Indicator } from './s3.indicator.js';
export type { S3IndicatorOptions } from './s3.indicator.js';
export type { S3BucketClient } from './ping.js';
