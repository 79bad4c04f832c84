import { ClientCalls } from '../../clients/client-calls.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { explain } from './failure.js';
import { type NodemailerTransporter, withTimeLimits } from './nodemailer-transporter.js';

/** Milliseconds after the timeout of the check. By then the check has reported the timeout. */
const GRACE = 1000;

/** Shared by all indicators: two indicators with the same transporter share its verification. */
const pings = new ClientCalls<void>();

/** Connects to the mail server and logs in, with one verification of the transporter at a time. */
export function ping(transporter: NodemailerTransporter, signal: AbortSignal, timeout: number): Promise<void> {
  // A verification cannot be cancelled. It ends by itself soon after the timeout.
  return pings.call(transporter, signal, async () => {
    let isVerified: unknown;
    try {
      isVerified = await withTimeLimits(transporter, timeout + GRACE).verify();
    } catch (error) {
      throw explain(error);
    }
    if (isVerified === false) throw new HealthCheckError('the transport cannot be verified');
  });
}
