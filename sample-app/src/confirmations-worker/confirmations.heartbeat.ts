import { HeartbeatIndicator } from 'nest-vitals/indicators';

/** Fails when the loop of the worker hangs. A restart repairs that, so it belongs to `live` too. */
export class ConfirmationsHeartbeat extends HeartbeatIndicator('confirmations', {
  maxSilence: '10s',
  probes: ['live', 'ready'],
}) {}
