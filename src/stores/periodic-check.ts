import { sleep } from '../core/async.js';
import { limited } from './store-calls.js';

/** Milliseconds between two checks of a connection that only receives. */
const CHECK_PERIOD = 5000;

/**
 * Checks a connection from time to time: a frozen server and a broken network are as silent as a collection without changes.
 * Rejects when a check fails or takes longer than `timeout` milliseconds, or when `signal` is aborted.
 */
export async function checkPeriodically(
  timeout: number,
  signal: AbortSignal,
  check: (signal: AbortSignal) => Promise<unknown>,
): Promise<never> {
  for (;;) {
    await sleep(CHECK_PERIOD, signal);
    signal.throwIfAborted();
    await limited(timeout, signal, check);
  }
}
