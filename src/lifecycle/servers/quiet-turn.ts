import { elapsed, shutdownClock } from '../../core/shutdown-clock.js';

/** Milliseconds. A turn of the event loop that takes longer has had something to do, and meanwhile clients have come. */
const SHORT_TURN = 0.2;
/** Milliseconds after which a turn need not be short. Where there is always something to do, no turn is. */
const PATIENCE = 50;
/** Milliseconds after which it need not be quiet either. */
const LIMIT = 500;

/**
 * Resolves at the end of a turn of the event loop in which nobody has arrived. Connections that the system has made and
 * the server has not seen are lost when it stops to listen, and a server sees no more than one in each turn (libuv since
 * 1.45). `arrivals` counts those that it has seen.
 */
export function quietTurn(arrivals: () => number): Promise<void> {
  return new Promise((resolve) => {
    const began = elapsed();
    let turnBegan = Infinity;
    let arrived = arrivals();
    const endTurn = (): void => {
      const now = elapsed();
      const isShort = now - turnBegan < SHORT_TURN || now - began > PATIENCE;
      // The turn in which this was called had begun before.
      const isQuiet = turnBegan !== Infinity && arrivals() === arrived && isShort;
      if (isQuiet || now - began > LIMIT) return resolve();
      turnBegan = now;
      arrived = arrivals();
      shutdownClock.setImmediate(endTurn);
    };
    shutdownClock.setImmediate(endTurn);
  });
}
