import { HealthStatus, isFailing } from '../core/status.js';

/** Maximum number of listed indicators per instance. Thousands of instances can fail at the same time. */
export const MOST_LISTED = 20;
/** Maximum number of listed failing indicators per service. Instances can announce any name. */
export const MOST_FAILING = 50;

/** Read it with `Object.keys`: for large objects, `Object.entries` takes five times as long. */
type Checks = Readonly<Record<string, HealthStatus>>;

/** Some of the entries, and the number of the others. */
export interface Listed<Value> {
  readonly listed: Readonly<Record<string, Value>>;
  readonly more: number;
}

const NONE: Listed<never> = { listed: {}, more: 0 };

/** The indicators that are not UP. If there are more than the limit, failing indicators are listed first. */
export function listAttention(checks: Checks): Listed<HealthStatus> {
  const failing: [string, HealthStatus][] = [];
  const others: [string, HealthStatus][] = [];
  let count = 0;
  for (const name of Object.keys(checks)) {
    const status = checks[name];
    if (status === undefined || status === HealthStatus.UP || status === HealthStatus.SKIPPED) continue;
    count += 1;
    const list = isFailing(status) ? failing : others;
    if (list.length < MOST_LISTED) list.push([name, status]);
  }
  if (count === 0) return NONE;
  const shown = [...failing, ...others].slice(0, MOST_LISTED);
  return { listed: Object.fromEntries(shown), more: count - shown.length };
}

/** The beginnings of listed indicators, converted. Undefined: none is known. */
export function sinceOfListed<Value>(
  { listed }: Listed<HealthStatus>,
  since: ReadonlyMap<string, number>,
  convert: (since: number) => Value,
): Readonly<Record<string, Value>> | undefined {
  const known = Object.keys(listed).flatMap((name) => {
    const begun = since.get(name);
    return begun === undefined ? [] : [[name, convert(begun)] as const];
  });
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

/** Number of instances at which each indicator fails. If there are more than the limit, the highest numbers are listed. */
export function listFailing(instances: Iterable<Checks>): Listed<number> {
  const counts = new Map<string, number>();
  for (const checks of instances) countFailing(counts, checks);
  const more = Math.max(0, counts.size - MOST_FAILING);
  return { listed: Object.fromEntries(more > 0 ? mostFailing(counts) : counts), more };
}

/** Adds the failing indicators of one more instance. */
export function countFailing(counts: Map<string, number>, checks: Checks): void {
  for (const name of Object.keys(checks)) {
    const status = checks[name];
    if (status !== undefined && isFailing(status)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
}

/** The indicators with the highest numbers, in descending order. */
export function mostFailing(counts: ReadonlyMap<string, number>): [name: string, count: number][] {
  return [...counts].toSorted(([, a], [, b]) => b - a).slice(0, MOST_FAILING);
}
