import type { LoggerService } from '@nestjs/common';
import type { ShutdownSettings } from '../../options/health-settings.js';
import type { BalancerWait } from './balancer-wait.js';
import { type Prober, REFUSALS_NEEDED } from './prober.js';

/** The greatest number of probers in one log line. */
const MOST_NAMED = 10;

/** Logs how long the drain waited for balancers, and the probers that were too slow. */
export function logBalancerWait(
  { waited, ended, probers, tooSlow }: BalancerWait,
  settings: ShutdownSettings,
  logger: Pick<LoggerService, 'log' | 'warn'>,
): void {
  const time = `${Math.round(waited)} ms`;
  const names = namesOf(probers);
  if (ended === 'limit') {
    logger.warn(`Some probers received fewer than ${REFUSALS_NEEDED} refusals within ${time}: ${names}`);
  } else if (waited >= 1 && (ended !== 'no-probers' || settings.minDelay > 0)) {
    logger.log(`Waited ${time} for balancers${names === '' ? '' : `: ${names}`}`);
  }
  if (settings.isLeftToPrimary && probers.length > 0) {
    logger.log(
      'A worker of node:cluster does not wait for probers: the primary process sends requests to the other workers. ' +
        'Set shutdown.delay if all workers stop at the same time.',
    );
  }
  if (settings.delay === 'auto' && settings.maxDelay > 0 && tooSlow.length > 0) {
    logger.warn(
      `The shutdown did not wait for probers that are too slow to receive ${REFUSALS_NEEDED} refusals within maxDelay ` +
        `(${settings.maxDelay} ms): ${namesOf(tooSlow, true)}. Raise shutdown.maxDelay, or set shutdown.delay.`,
    );
  }
}

function namesOf(probers: readonly Prober[], withInterval = false): string {
  const names = probers.slice(0, MOST_NAMED).map(({ agent, address, gap }) => {
    const interval = withInterval ? ` (every ${Math.round(gap)} ms)` : '';
    return `${agent || 'a prober'} at ${address}${interval}`;
  });
  const more = probers.length - names.length;
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
