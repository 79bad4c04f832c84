import type { StatusChange } from './check-history.js';
import { joinedTexts } from './composite-detail.js';
import { type PartOf, type PartStatus, statusOfParts } from './composite.js';
import { moment } from './moment.js';
import type { Outcome } from './outcome.js';
import { needsAttention } from './status.js';

const THRESHOLDS = { failureThreshold: 1, successThreshold: 1 };
const DISABLED: Outcome = { status: 'SKIPPED' };

/**
 * Compares a composite with its last status, and records the new one. Call it when the status of a part, the parts or their
 * settings have changed. Runs no check. A part without a result since it was enabled does not count; during its run the
 * composite keeps its status, because the end of that run calls this function again.
 */
export function recordComposite({ history, parts, settings }: PartOf): StatusChange | undefined {
  const counted: PartStatus[] = [];
  const texts: string[] = [];
  for (const { definition, hasResult, history: own, isRunning, partOf } of parts()) {
    const { enabled, critical } = definition.settings;
    const outcome = enabled ? hasResult && own.decisive?.outcome : DISABLED;
    if (outcome) {
      const { status, error, message } = outcome;
      counted.push({ status, critical, isTolerated: false });
      // A change has no parts, so its text contains the reasons. A report shows them in the parts.
      const reason = error ?? message;
      if (needsAttention(status)) texts.push(`${partOf.part} is ${status}${reason ? `: ${reason}` : ''}`);
    } else if (isRunning) return undefined;
  }
  if (counted.length === 0) return undefined;
  const status = statusOfParts(counted, settings);
  return history.record(
    { outcome: { status, ...joinedTexts(status, texts) }, finished: moment(), took: 0 },
    THRESHOLDS,
  );
}
