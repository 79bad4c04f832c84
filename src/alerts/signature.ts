import { createHmac } from 'node:crypto';

/**
 * Headers that prove to the receiver that the sender has the secret. The signed time lets the receiver refuse a recorded
 * request that is sent again later.
 */
export function signatureHeaders(secret: string, body: string, now: Date): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-health-timestamp': timestamp, 'x-health-signature': `v1=${signature}` };
}
