export { BullMqIndicator } from './bullmq.indicator.js';
export type { BullMqIndicatorOptions } from './bullmq.indicator.js';
export type { BullMqQueue, QueueState, WaitingJob } from './bullmq-queue.js';
