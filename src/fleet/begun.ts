/** A value, and since when it is the current one. The time is on the monotonic clock. */
export interface Begun<Value> {
  readonly is: Value;
  readonly since: number;
}

/** The same object while the value is the same, otherwise one that begins now. */
export function begunOf<Value>(before: Begun<Value> | undefined, is: Value, now: number): Begun<Value> {
  return before && before.is === is ? before : { is, since: now };
}
