/**
 * A point in time, on both clocks: `elapsed` (monotonic, milliseconds) for every comparison and duration, so that a
 * corrected system clock changes neither, and `wall` (milliseconds since 1970) for people.
 */
export interface Moment {
  readonly elapsed: number;
  readonly wall: number;
}

export const elapsed = (): number => performance.now();

export const moment = (): Moment => ({ elapsed: elapsed(), wall: Date.now() });

/** The moment of an earlier time on the monotonic clock. */
export const momentOf = (earlier: number, now: Moment): Moment => ({
  elapsed: earlier,
  wall: now.wall - (now.elapsed - earlier),
});

let lastWall: number | undefined;
let lastText = '';

/** Cached, because many results and reports share one millisecond, and formatting a time is expensive. */
export function isoTime({ wall }: Moment): string {
  if (wall !== lastWall) {
    lastText = new Date(wall).toISOString();
    lastWall = wall;
  }
  return lastText;
}
