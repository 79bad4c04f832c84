import { type SharedOutcome, ReusedOutcome } from '../core/outcome.js';
import type { SharedCall } from '../core/shared-runs.js';

/** The outcome to use instead of a call of the check. Undefined: this instance calls the check. */
type Reusable = SharedOutcome | undefined;

/**
 * Reuses an outcome of another instance, or calls the check. If `find` fails, the check is called. If the attempt is aborted while
 * `find` waits, the check is not called: the application may have destroyed its clients.
 */
export function reuseOrRun(
  call: Pick<SharedCall, 'signal'>,
  find: () => Reusable | Promise<Reusable>,
  check: () => unknown,
  onFault: (fault: unknown) => void,
): unknown {
  const use = (found: Reusable): unknown => (found ? new ReusedOutcome(found) : check());
  let found: Reusable | Promise<Reusable>;
  try {
    found = find();
  } catch (fault) {
    onFault(fault);
  }
  if (!(found instanceof Promise)) return use(found);
  return found
    .catch((fault: unknown) => {
      onFault(fault);
      return undefined;
    })
    .then((reusable) => {
      call.signal.throwIfAborted();
      return use(reusable);
    });
}
