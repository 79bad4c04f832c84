import { shutdownElapsed, shutdownClock } from '../../core/shutdown-clock.js';

/** Milliseconds. In a turn of the event loop that takes longer, clients may have connected. */
const SHORT_TURN = 0.2;
/** Milliseconds after which a turn does not have to be short, because the turns of a busy application never are. */
const SHORT_TURN_LIMIT = 50;

/**
 * Resolves at the end of a turn of the event loop without an arrival, after `limit` milliseconds at most, or with an abort of
 * `signal`. A server that stops listening resets the connections that the system has made and the server has not accepted, and
 * a server accepts only one connection in each turn (libuv since 1.45). `arrivals` counts the arrivals so far.
 */
export function quietTurn(arrivals: () => number, limit: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const began = shutdownElapsed();
    let turnBegan = Infinity;
    let arrived = arrivals();
    const endTurn = (): void => {
      const now = shutdownElapsed();
      const isShort = now - turnBegan < SHORT_TURN || now - began > SHORT_TURN_LIMIT;
      // The turn in which this function was called had already begun.
      const isQuiet = turnBegan !== Infinity && arrivals() === arrived && isShort;
      if (isQuiet || now - began > limit || signal?.aborted) return resolve();
      turnBegan = now;
      arrived = arrivals();
      shutdownClock.setImmediate(endTurn);
    };
    shutdownClock.setImmediate(endTurn);
  });
}
