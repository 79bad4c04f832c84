import { elapsed, sleep } from '../core/shutdown-clock.js';
import type { ShutdownSettings } from '../options/health-settings.js';
import type { Prober } from './prober.js';
import type { ProberWatch } from './prober-watch.js';

/** What a balancer needs to act on the last refusal that it has received. */
const TIME_TO_ACT = 250;
const LOOK_EVERY = 50;
/** Milliseconds. A look that comes so much late means that the process was blocked. */
const LATE = 25;

/** How the wait for the balancers went. */
export interface BalancerWait {
  /** Milliseconds. */
  readonly waited: number;
  readonly ended: 'nobody-asks' | 'all-noticed' | 'limit' | 'fixed';
  /** The probers that the wait was for. */
  readonly probers: readonly Prober[];
  /** Probers that were not waited for, because they ask too rarely to receive enough refusals within `maxDelay`. */
  readonly tooSlow: readonly Prober[];
}

/**
 * Waits until the balancers have noticed that no more traffic is wanted: each prober that is known when the wait begins
 * has to receive enough refusals in a row. Later callers are not waited for: they were not told to send traffic.
 */
export async function waitForBalancers(
  settings: ShutdownSettings,
  watch: ProberWatch,
  pause: (milliseconds: number) => Promise<void> = sleep,
): Promise<BalancerWait> {
  const began = elapsed();
  const { probers, tooSlow } = watch.observe();
  const result = (ended: BalancerWait['ended']): BalancerWait => ({
    waited: elapsed() - began,
    ended,
    probers,
    tooSlow,
  });
  if (settings.delay !== 'auto') {
    await pause(settings.delay);
    return result('fixed');
  }
  let unheard = 0;
  for (;;) {
    const now = elapsed();
    const haveNoticed = probers.every((prober) => prober.hasNoticed(now, unheard) || prober.isGone(now, unheard));
    if (haveNoticed && now - began >= settings.minDelay) break;
    if (now - began >= settings.maxDelay) return result('limit');
    await pause(LOOK_EVERY);
    const late = elapsed() - now - LOOK_EVERY;
    if (late >= LATE) unheard += late;
  }
  if (probers.length === 0) return result('nobody-asks');
  await pause(Math.min(TIME_TO_ACT, Math.max(0, settings.maxDelay - (elapsed() - began))));
  return result('all-noticed');
}
