/** A method that the drain calls when it begins. */
export interface DrainHook {
  /** `OrdersConsumer.stopPulling`, for the log. */
  readonly name: string;
  /** Milliseconds that it may take. Undefined: the `timeout` of `shutdown`. */
  readonly timeout: number | undefined;
  readonly call: () => unknown;
}
