import type { LoggerService } from '@nestjs/common';

type Writer = Pick<LoggerService, 'log' | 'warn'>;

/** For lines that are written in a timer or an event: a logger of the application that throws there would end the process. */
export function guardedLogger(logger: Writer): Writer {
  const guarded =
    (level: keyof Writer) =>
    (message: unknown): void => {
      try {
        logger[level](message);
      } catch {
        // The error of the logger itself cannot be logged.
      }
    };
  return { log: guarded('log'), warn: guarded('warn') };
}
