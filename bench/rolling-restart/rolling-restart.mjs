import { setTimeout as pause } from 'node:timers/promises';
import { BALANCERS } from './balancers/balancers.mjs';
import { withFleet } from './fleet.mjs';
import { SUBJECTS } from './subjects.mjs';

const NAMES = ['orders-1', 'orders-2', 'orders-3'];
/** Milliseconds of load before the first restart, and after the last. */
const CALM = 1000;

/** Restarts each of three instances in turn while a steady load goes through a balancer, and counts what is lost. */
export function restartInTurn({ subject, balancer, rate, rounds, postEvery, environment, onProgress }) {
  const { create, environment: ofBalancer } = BALANCERS[balancer];
  const { grace } = SUBJECTS[subject];
  const proxy = create();
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
      for (const instance of instances) {
        const restart = await instance.stop({ grace });
        restarts.push(restart);
        onProgress?.(`round ${round}, ${instance.name}: exit after ${Math.round(restart.milliseconds)} ms`);
        await instance.start();
        await proxy.inRotation(NAMES);
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

/** Says when a failure happened, in terms of the restart it belongs to, and what the balancer has to say of it. */
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
