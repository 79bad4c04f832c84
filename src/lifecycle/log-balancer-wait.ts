import type { LoggerService } from '@nestjs/common';
import type { ShutdownSettings } from '../options/health-settings.js';
import type { BalancerWait } from './balancer-wait.js';
import { type Prober, REFUSALS_NEEDED } from './prober.js';

/** A line in the log has room for so many. */
const MOST_NAMED = 10;

/** Logs how long the balancers were waited for, and which of them could not be. */
export function logBalancerWait(
  { waited, ended, probers, tooSlow }: BalancerWait,
  settings: ShutdownSettings,
  logger: Pick<LoggerService, 'log' | 'warn'>,
): void {
  const time = `${Math.round(waited)} ms`;
  const names = namesOf(probers);
  if (ended === 'limit') {
    logger.warn(`After ${time} not every prober has seen ${REFUSALS_NEEDED} refusals: ${names}`);
  } else if (waited >= 1 && (ended !== 'nobody-asks' || settings.minDelay > 0)) {
    logger.log(`Waited ${time} for balancers${names === '' ? '' : `: ${names}`}`);
  }
  if (settings.isLeftToPrimary && probers.length > 0) {
    logger.log(
      'Probers are not waited for in a worker of node:cluster: the primary process sends requests to the other workers. ' +
        'Set shutdown.delay if all workers stop at the same time.',
    );
  }
  if (settings.delay === 'auto' && settings.maxDelay > 0 && tooSlow.length > 0) {
    logger.warn(
      `Not waited for, because they ask too rarely to see ${REFUSALS_NEEDED} refusals within maxDelay ` +
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
