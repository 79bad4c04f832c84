import type { LoggerService } from '@nestjs/common';
import type { HealthChange } from '../core/health-engine.js';
import { HealthStatus, isFailing } from '../core/status.js';
import { formatDuration } from './duration.js';
import { formatRaw } from './raw-error.js';

type Log = Pick<LoggerService, 'log' | 'warn'>;

/** Writes a line when an indicator changes, and none while it stays as it is: WARN for the worse, LOG for the better. */
export function logChange(logger: Log, change: HealthChange): void {
  const { indicator, from, to } = change;
  if (isFailing(to) || (to === HealthStatus.DEGRADED && !isFailing(from))) {
    logger.warn(`${indicator} is ${to}${words(change)}${raw(change)}`);
  } else {
    logger.log(`${indicator} is ${to}${words(change)}${was(change)}`);
  }
}

function words({ error, message, code }: HealthChange): string {
  const text = error ?? message;
  if (text === undefined) return '';
  return code === undefined ? `: ${text}` : `: ${text} (${code})`;
}

function raw({ cause }: HealthChange): string {
  return cause === undefined ? '' : `\n${formatRaw(cause)}`;
}

function was({ from, lasted }: HealthChange): string {
  return lasted === undefined ? '' : ` after ${formatDuration(lasted)} of ${from}`;
}
