import { type SharedOutcome, TakenOutcome } from '../core/outcome.js';

/** The outcome to use in place of a call of the check. Undefined: this instance calls the check. */
type Taken = SharedOutcome | undefined;

/** Takes an outcome, or calls the check. A fault of `take` means that the check is called. */
export function takeOrCall(
  take: () => Taken | Promise<Taken>,
  check: () => unknown,
  onFault: (fault: unknown) => void,
): unknown {
  const use = (taken: Taken): unknown => (taken ? new TakenOutcome(taken) : check());
  let taken: Taken | Promise<Taken>;
  try {
    taken = take();
  } catch (fault) {
    onFault(fault);
  }
  if (!(taken instanceof Promise)) return use(taken);
  return taken
    .catch((fault: unknown) => {
      onFault(fault);
      return undefined;
    })
    .then(use);
}
