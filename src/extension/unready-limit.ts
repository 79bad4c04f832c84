/** A limit of the instances of a service that are unready because of their load. */
export interface UnreadyLimit {
  /**
   * Why this instance must stay in rotation although the indicator of its overload would be DOWN. Undefined: it may be DOWN.
   * Called in each run of the check while a limit of `down` is exceeded. Decided from memory. `since`: the time at which it would
   * have become DOWN, on the monotonic clock (`performance.now()`).
   */
  refusal(indicator: string, since: number): string | undefined;
  /** The indicator is not DOWN because of load any more. Called in each run of the check in which no limit of `down` is exceeded. */
  recovered(indicator: string): void;
}
