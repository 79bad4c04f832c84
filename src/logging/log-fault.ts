import type { LoggerService } from '@nestjs/common';
import { formatRaw } from '../core/raw-error.js';

/** Logs the error that a function of the application threw, with its stack and its causes. `source` names the function. */
export function logFault(logger: Pick<LoggerService, 'error'>, source: string, fault: unknown): void {
  logger.error(`${source} failed:\n${formatRaw(fault)}`);
}
