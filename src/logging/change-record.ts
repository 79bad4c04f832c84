import { inspect } from 'node:util';
import type { HealthChange } from '../core/health-engine.js';
import type { HealthStatus } from '../core/status.js';
import type { HealthLogLevel } from '../options/health-module-options.js';

/** The colours in which Nest's logger writes the messages of each level. */
const COLOURS: Readonly<Record<HealthLogLevel, string>> = {
  verbose: 'cyanBright',
  debug: 'magentaBright',
  log: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: 'bold',
};

/**
 * A change as it goes to a logger, which decides what becomes of it: one that writes JSON finds fields, one that writes
 * text finds the line, because objects of a class of their own are shown as they ask to be. It goes in place of the
 * message: nestjs-pino merges the fields of that alone, and Nest 11 would make two records of a message and its fields.
 */
export class ChangeRecord {
  /** What happened, in one line. Pino calls its message so. */
  readonly msg: string;
  readonly indicator: string;
  readonly critical: boolean;
  readonly from: HealthStatus;
  readonly to: HealthStatus;
  /** How long the state that ended had lasted; on a recovery, the whole outage. */
  readonly duration_ms?: number;
  /** What the check said of a status that is no failure. */
  readonly detail?: string;
  readonly error?: string;
  readonly code?: string;
  /** What was really thrown or returned, with its stack and its causes. */
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

  /** Winston's adapter takes the message from here. It is no field, which would say the same twice. */
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
