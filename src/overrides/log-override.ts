import type { LoggerService } from '@nestjs/common';
import { boundedText, onOneLine } from '../core/bounded-text.js';
import type { OverrideEvent } from '../extension/health-override.js';
import { optionText } from '../options/option-text.js';

/** Logs the beginning and the end of each override, with author and reason, as a record for an audit. */
export function logOverride(logger: Pick<LoggerService, 'log' | 'warn'>, event: OverrideEvent): void {
  const { override } = event;
  if (event.kind === 'begun') {
    const { replaced } = event;
    const instead = replaced ? `, in place of the override by ${author(replaced.by)}` : '';
    logger.warn(
      onOneLine(
        `Override of ${override.indicator} by ${author(override.by)} until ${override.until.toISOString()}: ` +
          `${boundedText(optionText(override.options))}; reason: ${override.reason}${instead}`,
      ),
    );
    return;
  }
  const how = event.kind === 'expired' ? 'its time has passed' : `cleared by ${author(event.by)}`;
  logger.log(onOneLine(`Override of ${override.indicator} by ${author(override.by)} has ended: ${how}`));
}

function author(by: string | undefined): string {
  return by ?? 'the application';
}
