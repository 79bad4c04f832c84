/** One frame of the call stack of the main thread. It never contains the value of a variable. */
export interface StallFrame {
  /** Name of the function, or `(anonymous)`. */
  readonly function: string;
  /** Path or URL of the file: the source file where a source map exists. */
  readonly file: string;
  /** Line in that file. The first line is 1. */
  readonly line: number;
  /** Column in that line. The first column is 1. */
  readonly column: number;
}

/**
 * Why a stall has no call stack.
 *
 * - `native`: the main thread ran native code, which cannot be interrupted, such as `JSON.parse` or a garbage collection.
 * - `debugger`: the inspector of the process is open, and a second debugger would disturb the first one.
 * - `off`: the option `stack` is false.
 * - `failed`: the inspector is not available in this process.
 */
export type MissingStack = 'native' | 'debugger' | 'off' | 'failed';

/** A time in which the event loop of the main thread was blocked. */
export interface EventLoopStall {
  readonly startedAt: Date;
  /** Milliseconds: until the end, or until now while the event loop is blocked. */
  readonly duration: number;
  /** The innermost frames of the call stack, innermost first. Empty: see `missingStack`. */
  readonly frames: readonly StallFrame[];
  /** Why there are no frames. Absent: there are frames. */
  readonly missingStack?: MissingStack;
  /** Where the event loop was blocked: `parseOrders (orders.service.ts:112)` or `native code`. Absent: unknown. */
  readonly place?: string;
  /** For people: `event loop blocked for 4.2 s in parseOrders (orders.service.ts:112)`. */
  readonly description: string;
}
