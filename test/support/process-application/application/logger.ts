import type { LoggerService } from '@nestjs/common';
import { tell } from './outside.js';

/** Sends every line to the test. */
export class TellingLogger implements LoggerService {
  log(message: unknown, ...rest: unknown[]): void {
    line('log', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    line('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    line('error', message, rest);
  }
}

/** Nest passes the context as the last parameter. */
function line(level: string, message: unknown, rest: readonly unknown[]): void {
  tell('log', { level, context: rest.at(-1) ?? '', text: message instanceof Error ? message.message : message });
}
