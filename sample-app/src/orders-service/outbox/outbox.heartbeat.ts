import { HeartbeatIndicator } from 'nest-vitals/indicators';

/** Fails when the loop of the outbox stops beating. A loop that hangs throws no error. */
export class OutboxHeartbeat extends HeartbeatIndicator('outbox_worker', {
  maxSilence: 30_000,
  critical: false,
  tags: ['billing'],
}) {}
