import type { LoggerService } from '@nestjs/common';
import { neverThrows } from '../core/listeners.js';

type Writer = Pick<LoggerService, 'log' | 'warn'>;

/** For lines that are written in a timer or an event: a logger of the application that throws there would end the process. */
export function guardedLogger(logger: Writer): Writer {
  return {
    log: neverThrows((message: unknown) => logger.log(message)),
    warn: neverThrows((message: unknown) => logger.warn(message)),
  };
}
