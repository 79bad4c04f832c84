import { shutdownElapsed, shutdownSleep } from '../../core/shutdown-clock.js';
import type { ShutdownSettings } from '../../options/health-settings.js';
import type { Prober } from './prober.js';
import type { ProberWatch } from './prober-watch.js';

/** Milliseconds within which a balancer acts on the last refusal that it has received. */
const TIME_TO_ACT = 250;
const CHECK_EVERY = 50;
/** Milliseconds. A check that is this late means that the event loop was blocked. */
const LATE = 25;

/** The result of the wait for balancers. */
export interface BalancerWait {
  /** Milliseconds. */
  readonly waited: number;
  readonly ended: 'no-probers' | 'all-refused' | 'limit' | 'fixed';
  /** The probers that had to receive refusals. */
  readonly probers: readonly Prober[];
  /** Probers that are too slow to receive enough refusals within `maxDelay`. The wait ignored them. */
  readonly tooSlow: readonly Prober[];
}

/**
 * Waits until the balancers have stopped sending traffic: each prober that is known when the wait begins has to receive
 * enough refusals in a row. Later callers are ignored, because no response to them has accepted traffic.
 */
export async function waitForBalancers(
  settings: ShutdownSettings,
  watch: ProberWatch,
  pause: (milliseconds: number) => Promise<void> = shutdownSleep,
): Promise<BalancerWait> {
  const began = shutdownElapsed();
  const { probers, tooSlow } = watch.observe();
  const result = (ended: BalancerWait['ended']): BalancerWait => ({
    waited: shutdownElapsed() - began,
    ended,
    probers,
    tooSlow,
  });
  // Without a wait, the time since `began` would only show how busy the machine is.
  if (settings.delay === 0) return { ...result('fixed'), waited: 0 };
  if (settings.delay !== 'auto') {
    await pause(settings.delay);
    return result('fixed');
  }
  let blocked = 0;
  for (;;) {
    const now = shutdownElapsed();
    const haveEnoughRefusals = probers.every(
      (prober) => prober.hasEnoughRefusals(now, blocked) || prober.hasStopped(now, blocked),
    );
    if (haveEnoughRefusals && now - began >= settings.minDelay) break;
    if (now - began >= settings.maxDelay) return result('limit');
    await pause(CHECK_EVERY);
    const late = shutdownElapsed() - now - CHECK_EVERY;
    if (late >= LATE) blocked += late;
  }
  if (probers.length === 0) return result('no-probers');
  await pause(Math.min(TIME_TO_ACT, Math.max(0, settings.maxDelay - (shutdownElapsed() - began))));
  return result('all-refused');
}
