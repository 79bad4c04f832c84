import { inspect } from 'node:util';
import type { LoggerService } from '@nestjs/common';
import { NO_INDICATORS } from '../../src/boot-notices.js';

export type LogLevel = 'log' | 'warn' | 'error' | 'fatal' | 'debug' | 'verbose';

export interface LogLine {
  readonly level: LogLevel;
  readonly context: string;
  readonly text: string;
}

/** Whether a line lists indicators that were found, or warns that there are none. */
export function isListing({ text }: Pick<LogLine, 'text'>): boolean {
  return /^(?:Lazily loaded: )?\d+ indicators?: /.test(text) || text === NO_INDICATORS;
}

/** Replaces Nest's logger: prints nothing, and stores the lines that an operator would read. */
export class CapturedLog implements LoggerService {
  readonly lines: LogLine[] = [];

  log(message: unknown, ...rest: unknown[]): void {
    this.#keep('log', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.#keep('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.#keep('error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.#keep('fatal', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.#keep('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.#keep('verbose', message, rest);
  }

  /** The lines of the library itself, oldest first, without those that list the indicators at the start: see `listing`. */
  health(level?: LogLevel): string[] {
    return this.lines
      .filter((line) => line.context === 'Health' && !isListing(line) && (level === undefined || line.level === level))
      .map(({ text }) => text);
  }

  /** The lines that list the indicators at the start, or say that there are none. */
  get listing(): string[] {
    return this.lines.filter((line) => line.context === 'Health' && isListing(line)).map(({ text }) => text);
  }

  get text(): string {
    return this.lines.map(({ text }) => text).join('\n');
  }

  /** Nest passes the context as the last parameter, after a stack if there is one. */
  #keep(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    const context = rest.at(-1);
    const words = [message, ...rest.slice(0, -1)]
      .filter((part) => part !== undefined)
      .map((part) => (typeof part === 'string' ? part : inspect(part)));
    this.lines.push({ level, context: typeof context === 'string' ? context : '', text: words.join('\n') });
  }
}
