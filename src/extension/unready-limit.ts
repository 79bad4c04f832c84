/** A limit of the instances of a service that are unready because of their load. */
export interface UnreadyLimit {
  /**
   * Why this instance must stay in rotation although the indicator of its overload would be DOWN. Undefined: it may be DOWN.
   * `since`: the time at which it would have become DOWN, on the monotonic clock (`performance.now()`).
   */
  refusal(indicator: string, since: number): string | undefined;
}
