import { inspect } from 'node:util';
import type { HealthChange } from '../core/health-change.js';
import type { HealthStatus } from '../core/status.js';
import type { HealthLogLevel } from '../options/health-module-options.js';

/** The colours of Nest's logger for each level. */
const COLOURS: Readonly<Record<HealthLogLevel, string>> = {
  verbose: 'cyanBright',
  debug: 'magentaBright',
  log: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'bold',
};

/**
 * A change as a value for the logger. A logger that writes JSON reads the fields; a logger that writes text reads the line,
 * through `inspect.custom`. The record replaces the message: nestjs-pino merges the fields of the message only, and Nest 11
 * would write a message and its fields as two records.
 */
export class ChangeRecord {
  /** The line. Pino names the field of its message `msg`. */
  readonly msg: string;
  readonly indicator: string;
  readonly critical: boolean;
  readonly from: HealthStatus;
  readonly to: HealthStatus;
  /** How long the previous state had lasted; on a recovery, the whole outage. */
  readonly duration_ms?: number;
  /** The check's message for a status that is not a failure. */
  readonly detail?: string;
  readonly error?: string;
  readonly code?: string;
  /** The value that the check threw or returned, with its stack and its causes. */
  readonly cause?: string;
  readonly #level: HealthLogLevel;

  constructor(level: HealthLogLevel, msg: string, change: HealthChange, cause: string | undefined) {
    this.#level = level;
    this.msg = msg;
    this.indicator = change.indicator;
    this.critical = change.critical;
    this.from = change.from;
    this.to = change.to;
    if (change.lasted !== undefined) this.duration_ms = Math.round(change.lasted);
    if (change.message !== undefined) this.detail = change.message;
    if (change.error !== undefined) this.error = change.error;
    if (change.code !== undefined) this.code = change.code;
    if (cause !== undefined) this.cause = cause;
  }

  /** Winston's adapter reads the message here. A getter is not a field, so the JSON does not contain the line twice. */
  get message(): string {
    return this.msg;
  }

  toString(): string {
    return this.cause === undefined ? this.msg : `${this.msg}\n${this.cause}`;
  }

  [inspect.custom](_depth: number, { colors = false }: { colors?: boolean } = {}): string {
    const [begin, end] = inspect.colors[COLOURS[this.#level]] ?? [];
    return colors ? `\u001B[${begin}m${String(this)}\u001B[${end}m` : String(this);
  }
}
