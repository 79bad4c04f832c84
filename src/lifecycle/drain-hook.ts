/** A method that the drain calls when it begins. */
export interface DrainHook {
  /** `OrdersConsumer.stopPulling`, for the log. */
  readonly name: string;
  /** Milliseconds after which the drain continues without it. Undefined: the `timeout` of `shutdown`. */
  readonly timeout: number | undefined;
  readonly call: () => unknown;
}
