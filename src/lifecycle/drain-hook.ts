/** A method that wants to be told that the drain begins. */
export interface DrainHook {
  /** `OrdersConsumer.stopPulling`, for the log. */
  readonly name: string;
  /** Milliseconds that it may take. Undefined: as long as the drain waits for work. */
  readonly timeout: number | undefined;
  readonly call: () => unknown;
}
