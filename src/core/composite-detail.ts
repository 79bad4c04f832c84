import { boundedText } from './bounded-text.js';
import { type CompositeSettings, type PartOf, type PartStatus, statusOfParts } from './composite.js';
import { isRecord } from './is-record.js';
import { isoTime } from './moment.js';
import type { HealthCheckDetail } from './report.js';
import { type HealthStatus, isFailing, needsAttention } from './status.js';

/** The composites of one report. Each contains the parts that are members of the probe. */
export class CompositeDetails {
  readonly #composites = new Map<string, Collected>();

  add(partOf: PartOf, detail: HealthCheckDetail, counted: PartStatus): void {
    let collected = this.#composites.get(partOf.composite);
    if (!collected) this.#composites.set(partOf.composite, (collected = { of: partOf, details: {}, parts: [] }));
    collected.details[partOf.part] = detail;
    collected.parts.push(counted);
  }

  /** The detail of each composite by name, with the settings of the composite. */
  *describe(): Iterable<readonly [name: string, detail: HealthCheckDetail, settings: CompositeSettings]> {
    for (const [name, collected] of this.#composites) yield [name, describe(collected), collected.of.settings];
  }
}

interface Collected {
  readonly of: PartOf;
  readonly details: Record<string, HealthCheckDetail>;
  readonly parts: PartStatus[];
}

/** The text names statuses only: the reason of a failure is in the detail of the part. */
function describe({ of: { settings, history, parts: all }, details, parts }: Collected): HealthCheckDetail {
  const status = statusOfParts(parts, settings);
  // A report without some of the parts can have had its status for a different time.
  const since = status === history.status && parts.length === all().length && history.since;
  const texts = Object.entries(details)
    .filter(([, part]) => needsAttention(part.status))
    .map(([name, part]) => `${name} is ${part.status}`);
  return Object.freeze({
    status,
    ...(needsAttention(status) && { critical: settings.critical, ...(since && { since: isoTime(since) }) }),
    ...joinedTexts(status, texts),
    details: Object.freeze(details),
  });
}

/** The text of a composite with this status, from those of its parts. */
export function joinedTexts(
  status: HealthStatus,
  texts: readonly string[],
): Pick<HealthCheckDetail, 'message' | 'error'> {
  return texts.length > 0 ? { [isFailing(status) ? 'error' : 'message']: boundedText(texts.join(', ')) } : {};
}

/** The property of a detail that {@link flatDetails} reads, in a report or in a view of it. */
interface Nested {
  readonly details?: unknown;
}

/** The details of a report by full name, as a flat list: a composite, then its parts (`database/primary`). */
export function* flatDetails<Detail extends Nested>(
  details: Readonly<Record<string, Detail>>,
): Iterable<[name: string, detail: Detail]> {
  for (const [name, detail] of Object.entries(details)) {
    yield [name, detail];
    if (!isRecord(detail.details)) continue;
    for (const [part, below] of Object.entries(detail.details)) yield [`${name}/${part}`, below as Detail];
  }
}
