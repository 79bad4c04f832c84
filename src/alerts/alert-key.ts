import { createHash } from 'node:crypto';
import type { Alert } from './alert.js';
import type { AlertSender } from './alert-formats.js';

/** Longest key that the receivers accept. */
const LONGEST_KEY = 255;

/**
 * The key is the same for the outage and the recovery of a subject: on one instance, or for all instances of the service,
 * regardless of the instance that sends the message.
 */
export function keyOfAlert({ subject, instances }: Alert, { service, instance }: AlertSender): string {
  const key = [
    service.name ?? '',
    service.environment ?? '',
    instances ? '' : instance,
    subject.kind,
    subject.name,
  ].join(':');
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('hex');
}
