import type { LoggerService } from '@nestjs/common';
import { tell } from './outside.js';

/** Tells the test every line. */
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

/** Nest hands the context over as the last of the parameters. */
function line(level: string, message: unknown, rest: readonly unknown[]): void {
  tell('log', { level, context: rest.at(-1) ?? '', text: message instanceof Error ? message.message : message });
}
