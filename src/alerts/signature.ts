import { createHmac } from 'node:crypto';

/**
 * Headers by which a receiver knows that a request comes from somebody who has the secret, and when it was made: without
 * the time, whoever has recorded a request could repeat it.
 */
export function signatureHeaders(secret: string, body: string, now: Date): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-health-timestamp': timestamp, 'x-health-signature': `v1=${signature}` };
}
