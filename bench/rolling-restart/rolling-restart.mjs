import { setTimeout as pause } from 'node:timers/promises';
import { BALANCERS } from './balancers/balancers.mjs';
import { withFleet } from './fleet.mjs';
import { SUBJECTS } from './subjects.mjs';

const NAMES = ['orders-1', 'orders-2', 'orders-3'];
/** Milliseconds of load before the first restart and after the last one. */
const CALM = 1000;

/**
 * Restarts instances one after the other under a steady load through a balancer, and counts lost requests. Of the three
 * instances, the first `restarted` ones are restarted. `failTimeout` is an option of nginx.
 */
export function restartInTurn({
  subject,
  balancer,
  rate,
  rounds,
  restarted = NAMES.length,
  postEvery,
  environment,
  failTimeout,
  onProgress,
}) {
  const { create, environment: ofBalancer } = BALANCERS[balancer];
  const { grace } = SUBJECTS[subject];
  const proxy = create({ failTimeout });
  const settings = {
    subject,
    names: NAMES,
    balancer: proxy,
    rate,
    postEvery,
    environment: { ...ofBalancer, ...environment },
  };
  return withFleet(settings, async ({ instances, load }) => {
    await proxy.inRotation(NAMES);
    load.start();
    await pause(CALM);
    const restarts = [];
    for (let round = 1; round <= rounds; round += 1) {
      for (const [index, instance] of instances.slice(0, restarted).entries()) {
        const restart = await instance.stop({ grace });
        restarts.push(restart);
        onProgress?.(`round ${round}, ${instance.name}: exit after ${Math.round(restart.milliseconds)} ms`);
        await instance.start();
        await proxy.inRotation(NAMES, { isLast: round === rounds && index === restarted - 1 });
      }
    }
    await pause(CALM);
    const { failures, ...figures } = await load.stop();
    return {
      subject,
      balancer,
      rate,
      rounds,
      ...figures,
      failures: failures.map((failure) => explain(failure, restarts, proxy)),
      restarts,
    };
  });
}

/** Adds the restart to which a failure belongs, the time relative to it, and the log line of the balancer. */
function explain({ number, method, at, reason }, restarts, proxy) {
  const index = restarts.findLastIndex(({ signalledAt }) => signalledAt <= at);
  if (index < 0) return { method, reason, balancer: proxy.explain?.(number) };
  const { signalledAt, milliseconds } = restarts[index];
  return {
    method,
    reason,
    restart: index + 1,
    afterSignal: Math.round(at - signalledAt),
    afterExit: Math.round(at - signalledAt - milliseconds),
    balancer: proxy.explain?.(number),
  };
}
