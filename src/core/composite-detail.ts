import { type CompositeSettings, type PartOf, type PartStatus, statusOfParts } from './composite.js';
import { isRecord } from './is-record.js';
import type { HealthCheckDetail } from './report.js';
import { type HealthStatus, isFailing } from './status.js';

/** The composites of one report: each takes the parts that are members of the probe. */
export class CompositeDetails {
  readonly #composites = new Map<string, Collected>();

  add({ composite, part, settings }: PartOf, detail: HealthCheckDetail, counted: PartStatus): void {
    let collected = this.#composites.get(composite);
    if (!collected) this.#composites.set(composite, (collected = { settings, details: {}, parts: [] }));
    collected.details[part] = detail;
    collected.parts.push(counted);
  }

  /** The detail of each composite by name, with the settings of the composite. */
  *describe(): Iterable<readonly [name: string, detail: HealthCheckDetail, settings: CompositeSettings]> {
    for (const [name, collected] of this.#composites) yield [name, describe(collected), collected.settings];
  }
}

interface Collected {
  readonly settings: CompositeSettings;
  readonly details: Record<string, HealthCheckDetail>;
  readonly parts: PartStatus[];
}

/** The text names statuses only: the reason of a failure is in the detail of the part. */
function describe({ settings, details, parts }: Collected): HealthCheckDetail {
  const status = statusOfParts(parts, settings);
  const text = Object.entries(details)
    .filter(([, part]) => needsAttention(part.status))
    .map(([name, part]) => `${name} is ${part.status}`)
    .join(', ');
  return Object.freeze({
    status,
    ...(needsAttention(status) && { critical: settings.critical }),
    ...(text !== '' && (isFailing(status) ? { error: text } : { message: text })),
    details: Object.freeze(details),
  });
}

const needsAttention = (status: HealthStatus): boolean => status !== 'UP' && status !== 'SKIPPED';

/** What {@link flatDetails} needs of a detail, which may be that of a report or of one view of it. */
interface Nested {
  readonly details?: unknown;
}

/** The details of a report by full name, for a list without levels: a composite, then its parts (`database/primary`). */
export function* flatDetails<Detail extends Nested>(
  details: Readonly<Record<string, Detail>>,
): Iterable<[name: string, detail: Detail]> {
  for (const [name, detail] of Object.entries(details)) {
    yield [name, detail];
    if (!isRecord(detail.details)) continue;
    for (const [part, below] of Object.entries(detail.details)) yield [`${name}/${part}`, below as Detail];
  }
}
