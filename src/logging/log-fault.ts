import type { LoggerService } from '@nestjs/common';
import { formatRaw } from '../core/raw-error.js';

/** Logs what a function of the application threw, with its stack and its causes. `what` names the function. */
export function logFault(logger: Pick<LoggerService, 'error'>, what: string, fault: unknown): void {
  logger.error(`${what} failed:\n${formatRaw(fault)}`);
}
