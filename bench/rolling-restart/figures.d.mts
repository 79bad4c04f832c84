/** Results of a load. Times are in milliseconds. */
export interface LoadFigures {
  readonly seconds: number;
  readonly requests: number;
  /** Number of responses of each instance. */
  readonly answered: Readonly<Record<string, number>>;
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** The stop of an instance. Times are in milliseconds. */
export interface Stop {
  readonly instance: string;
  /** From the signal to the exit. */
  readonly milliseconds: number;
  /** From the signal to the end of the drain. */
  readonly drained: number | undefined;
  /** From the end of the drain to the exit. */
  readonly afterDrain: number | undefined;
  readonly wasKilled: boolean;
  /** The signal or the exit code. */
  readonly exit: string | number;
}
