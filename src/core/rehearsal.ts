/** Shared by all copies of the package, because the tests of an application may load another copy than the application. */
const REHEARSALS = Symbol.for('nest-vitals:rehearsals');

const counter = globalThis as { [REHEARSALS]?: number };

/** Whether a simulated shutdown is under way in this process. Then an application waits for balancers in tests too. */
export const isRehearsing = (): boolean => (counter[REHEARSALS] ?? 0) > 0;

/** The returned function ends the rehearsal. */
export function beginRehearsal(): () => void {
  counter[REHEARSALS] = (counter[REHEARSALS] ?? 0) + 1;
  return () => (counter[REHEARSALS] = (counter[REHEARSALS] ?? 1) - 1);
}
