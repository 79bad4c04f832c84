import type { EventLoopStall } from '../../extension/event-loop-stall.js';

/** A line for people as Nest's console logger writes it, or the JSON of that logger. */
export type LogForm = 'text' | 'json';

/** The options of the watchdog with their defaults. Sent to the worker thread. */
export interface WatchdogSettings {
  /** Milliseconds without a turn of the event loop until the stall is logged. */
  readonly warnAfter: number;
  /** Milliseconds without a turn of the event loop until `live` is 503. False: never. */
  readonly liveAfter: number | false;
  /** Whether the call stack of the main thread is captured. */
  readonly stack: boolean;
  /** The form of the lines that the worker thread writes. */
  readonly log: LogForm;
}

/** A stall, as the worker thread measures it. It can be posted to another thread. */
export interface Stall extends EventLoopStall {
  /** Whether the stall lasts for at least `liveAfter`: `live` is then 503, with `description` as its reason. */
  readonly failsLive: boolean;
}

/** The parameters of {@link startWatchdog}. */
export interface WatchdogStart {
  /** Shared with the main thread, which writes the time of its last turn into it. See `EventLoopPulse`. */
  readonly pulse: SharedArrayBuffer;
  readonly options: WatchdogSettings;
  /** Writes one line to the log. The main thread is blocked, so it must not wait for it. */
  readonly log: (line: string) => void;
  /** Called when a stall has lasted for `warnAfter`, and again when it has lasted for `liveAfter`. */
  readonly onStall: (stall: Stall) => void;
  /** Called when the event loop of the main thread is no longer blocked. The main thread passes it to `StallReceiver.receive()`. */
  readonly onStallEnd: (stall: Stall) => void;
}

export interface Watchdog {
  /** The current stall. Undefined: no stall has lasted for `warnAfter`. */
  current(): Stall | undefined;
  /** Call it when the main thread stops the worker. Its event loop runs then, so the end of a current stall is reported first. */
  stop(): Promise<void>;
}
