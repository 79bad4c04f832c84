import type { Duration } from '../../options/duration.js';
import type { FaultsAt } from '../../options/faults.js';
import { type RuleTable, readerOf } from '../../options/option-reader.js';
import { type Rule, converted, duration, flag, oneOf } from '../../options/rules.js';
import type { LogForm, WatchdogSettings } from './stall.js';

/** Options of the watchdog, which reports a blocked event loop from the thread of the management port. */
export interface HealthWatchdogOptions {
  /**
   * Milliseconds without a turn of the event loop until the stall is logged with the call stack of the main thread. At
   * least 50. Default: 1000.
   */
  readonly warnAfter?: Duration;
  /**
   * Milliseconds without a turn of the event loop until `live` is 503. False: a stall never makes `live` fail. Not
   * shorter than `warnAfter`. Default: 30,000.
   */
  readonly liveAfter?: Duration | false;
  /**
   * Whether the call stack of the main thread is captured. The main thread evaluates one expression for it, and reads no
   * values of variables. Default: true.
   */
  readonly stack?: boolean;
  /**
   * Form of the lines that the thread writes to stderr while the main thread is blocked: `text` as Nest's console logger
   * writes them, or `json` with the fields of that logger. Default: `text`.
   */
  readonly log?: 'text' | 'json';
}

const DEFAULTS: WatchdogSettings = { warnAfter: 1000, liveAfter: 30_000, stack: true, log: 'text' };

const time = duration(50);
const timeOrNever: Rule<number | false> = {
  expected: `${time.expected}, or false`,
  accepts: (value) => value === false || time.accepts(value),
  convert: (value) => (value === false ? value : converted(time, value)),
};

const RULES = {
  warnAfter: time,
  liveAfter: timeOrNever,
  stack: flag,
  log: oneOf<LogForm>(['text', 'json']),
} satisfies RuleTable<HealthWatchdogOptions>;

/** Checks the option `watchdog` and adds each configuration fault. Undefined: the watchdog is switched off. */
export function resolveWatchdog(
  given: HealthWatchdogOptions | boolean | undefined,
  at: FaultsAt,
): WatchdogSettings | undefined {
  if (given === false) return undefined;
  const settings = readerOf(given === undefined || given === true ? {} : given, at).readAll(RULES, DEFAULTS);
  if (settings.liveAfter !== false && settings.liveAfter < settings.warnAfter) {
    at.add({
      place: at.option('liveAfter').place,
      problem: `${settings.liveAfter} ms is shorter than warnAfter, which is ${settings.warnAfter} ms`,
      remedy: 'set liveAfter to warnAfter or more, or to false',
    });
  }
  return settings;
}
