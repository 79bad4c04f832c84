/** Shared by all copies of the package, because the tests of an application may load another copy than the application. */
const SIMULATIONS = Symbol.for('nest-vitals:drain-simulations');

const counter = globalThis as { [SIMULATIONS]?: number };

/** Whether a simulated shutdown is under way in this process. Then an application waits for balancers in tests too. */
export const isDrainSimulated = (): boolean => (counter[SIMULATIONS] ?? 0) > 0;

/** The returned function ends the simulation. */
export function beginDrainSimulation(): () => void {
  counter[SIMULATIONS] = (counter[SIMULATIONS] ?? 0) + 1;
  return () => (counter[SIMULATIONS] = (counter[SIMULATIONS] ?? 1) - 1);
}
