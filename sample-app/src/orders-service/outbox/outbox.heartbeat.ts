import { HeartbeatIndicator } from 'nest-vitals';

/** Tells that the outbox is looked after at all: a loop that hangs has no error to report. */
export class OutboxHeartbeat extends HeartbeatIndicator('outbox_worker', {
  maxSilence: 30_000,
  critical: false,
  tags: ['billing'],
}) {}
