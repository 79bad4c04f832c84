import type { LoggerService } from '@nestjs/common';
import { onOneLine } from '../core/bounded-text.js';
import type { HealthChange } from '../core/health-change.js';
import { formatRaw } from '../core/raw-error.js';
import { HealthStatus, isFailing } from '../core/status.js';
import type { ChangeLevels, HealthLogLevel } from '../options/health-module-options.js';
import { ChangeRecord } from './change-record.js';
import { formatDuration } from './format-duration.js';

type Log = Pick<LoggerService, 'log' | 'warn'> & Partial<Omit<LoggerService, 'log' | 'warn'>>;

/** Logs a change of an indicator's status: changes for the worse as `warn`, recoveries as `log`, unless `levels` says otherwise. */
export function logChange(logger: Log, change: HealthChange, levels: ChangeLevels = {}): void {
  const { indicator, from, to } = change;
  const isWorse = isFailing(to) || (to === HealthStatus.DEGRADED && !isFailing(from));
  const level: HealthLogLevel | false = levels[`${from}->${to}`] ?? levels[to] ?? (isWorse ? 'warn' : 'log');
  if (level === false) return;
  const line = onOneLine(`${indicator} is ${to}${explanation(change)}${isWorse ? '' : previousState(change)}`);
  const cause = isWorse && change.cause !== undefined ? formatRaw(change.cause) : undefined;
  logger[level]?.(new ChangeRecord(level, line, change, cause));
}

function explanation({ error, message, code }: HealthChange): string {
  const text = error ?? message;
  if (text === undefined) return '';
  return code === undefined ? `: ${text}` : `: ${text} (${code})`;
}

function previousState({ from, lasted }: HealthChange): string {
  return lasted === undefined ? '' : ` after ${formatDuration(lasted)} of ${from}`;
}
