import { elapsed, sleep } from '../core/shutdown-clock.js';
import type { ShutdownSettings } from '../options/health-settings.js';
import type { Prober, ProberWatch } from './prober-watch.js';

/** How many refusals in a row the common balancers want before they take an instance out (HAProxy `fall`, Kubernetes `failureThreshold`: 3). */
export const REFUSALS_NEEDED = 3;
/** What a balancer needs to act on the last refusal that it has seen. */
const TIME_TO_ACT = 250;
const LOOK_EVERY = 50;
/** A look that comes so much late, and more, was kept from coming: the process had no time for anything. */
const LATE = 25;

/** How the wait for the balancers went. */
export interface BalancerWait {
  /** Milliseconds. */
  readonly waited: number;
  readonly ended: 'nobody-asks' | 'all-noticed' | 'limit' | 'fixed';
  /** Whom the wait was for, as they were at its end. */
  readonly probers: readonly Prober[];
}

/**
 * Waits until those who decide about traffic have noticed that none is wanted any more: each prober that keeps asking
 * has to have seen enough refusals in a row. Nobody who asks, nothing to wait for.
 */
export async function waitForBalancers(
  settings: ShutdownSettings,
  watch: ProberWatch,
  pause: (milliseconds: number) => Promise<void> = sleep,
): Promise<BalancerWait> {
  const began = elapsed();
  if (settings.delay !== 'auto') {
    await pause(settings.delay);
    return { waited: elapsed() - began, ended: 'fixed', probers: watch.current };
  }
  const awaited = new Set<Prober>();
  for (;;) {
    const current = watch.current;
    for (const prober of current) awaited.add(prober);
    const waited = elapsed() - began;
    const hasNoticed = current.every(({ refusalsSeen }) => refusalsSeen >= REFUSALS_NEEDED);
    if (hasNoticed && waited >= settings.minDelay) break;
    if (waited >= settings.maxDelay) return { waited, ended: 'limit', probers: [...awaited] };
    const left = elapsed();
    await pause(LOOK_EVERY);
    const late = elapsed() - left - LOOK_EVERY;
    if (late >= LATE) watch.stoodStill(late);
  }
  if (awaited.size === 0) return { waited: elapsed() - began, ended: 'nobody-asks', probers: [] };
  await pause(TIME_TO_ACT);
  return { waited: elapsed() - began, ended: 'all-noticed', probers: [...awaited] };
}
