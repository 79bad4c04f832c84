import { maskCredentials } from './redact.js';
import { isRecord } from './is-record.js';
import type { HealthData } from './result.js';
import { type HealthStatus, isFailing, isHealthStatus } from './status.js';

/** A component of another service, as that service reports it. */
export interface ReportedComponent {
  readonly name: string;
  readonly status: HealthStatus;
  /** The beginning of the status, as an ISO 8601 time in UTC. */
  readonly since?: string;
  /** The name of the service behind the component, as that service gives it. */
  readonly service?: string;
  /** The components of that service, at most three levels in all. Absent: it reports none, or they were left out. */
  readonly components?: readonly ReportedComponent[];
}

/** The health that a dependency reports about itself, read from the data of the indicator that checks it. */
export interface ReportedHealth {
  /** The status word of the dependency: `DOWN`, `fail`, `error`. */
  readonly word: string;
  /** The name of the service, as it gives it. */
  readonly service?: string;
  /** The names of up to five components that are not UP. */
  readonly failing: readonly string[];
  /** At most 50 in all levels. */
  readonly components: readonly ReportedComponent[];
  /** How many components were left out. */
  readonly omitted: number;
}

/** A component as it was received. None of its values is trusted. */
export interface ComponentSource {
  readonly name: unknown;
  readonly status: HealthStatus;
  readonly since: unknown;
  readonly service: unknown;
  /** Called only if the components below are shown. */
  readonly below: () => Iterable<ComponentSource>;
}

/** In all levels together. With the longest names they need less than the limit of the data of a result. */
const MOST_COMPONENTS = 50;
/** Deeper levels would exceed the depth limit of the data of a result. */
const DEEPEST_LEVEL = 3;
const MOST_FAILING = 5;

/** A name that may appear in a report. It comes from another server, which is not trusted. */
const NAME = /^[\w.:@/ -]{1,64}$/;
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:\d\d)$/;

/** The name with credentials masked. Undefined: it is not a name that may appear in a report. */
export function reportedName(value: unknown): string | undefined {
  return typeof value === 'string' && NAME.test(value) ? maskCredentials(value) : undefined;
}

/** The components that may appear in a report: bounded, failing ones first where some are left out. */
export function boundedComponents(
  sources: Iterable<ComponentSource>,
  service: string | undefined,
): Pick<ReportedHealth, 'components' | 'omitted'> {
  const rest: Rest = { left: MOST_COMPONENTS, omitted: 0 };
  const components = componentsOf(sources, service === undefined ? [] : [service], 1, rest);
  return { components, omitted: rest.omitted };
}

interface Rest {
  left: number;
  omitted: number;
}

/** `path`: the services above. A service that is among them ends the branch, because services can check each other. */
function componentsOf(
  sources: Iterable<ComponentSource>,
  path: readonly string[],
  level: number,
  rest: Rest,
): readonly ReportedComponent[] {
  const chosen = choose(sources, rest);
  return chosen.map(({ name, source }) => {
    const service = reportedName(source.service);
    const isEnd = level === DEEPEST_LEVEL || (service !== undefined && path.includes(service));
    const below = isEnd
      ? []
      : componentsOf(source.below(), service === undefined ? path : [...path, service], level + 1, rest);
    const since = timeOf(source.since);
    return {
      name,
      status: source.status,
      ...(since !== undefined && { since }),
      ...(service !== undefined && { service }),
      ...(below.length > 0 && { components: below }),
    };
  });
}

interface Named {
  readonly name: string;
  readonly source: ComponentSource;
}

/** Chooses as many as are allowed. One pass without sorting, because a response can have very many. */
function choose(sources: Iterable<ComponentSource>, rest: Rest): readonly Named[] {
  const all: Named[] = [];
  const failing: Named[] = [];
  let count = 0;
  for (const source of sources) {
    count += 1;
    const isWanted = isFailing(source.status) ? failing.length < rest.left : all.length < rest.left;
    const name = isWanted ? reportedName(source.name) : undefined;
    if (name === undefined) continue;
    if (isFailing(source.status)) failing.push({ name, source });
    if (all.length < rest.left) all.push({ name, source });
  }
  const fits = all.length < rest.left || failing.every((each) => all.includes(each));
  const chosen = fits ? all : [...failing, ...all.filter((each) => !failing.includes(each))].slice(0, rest.left);
  rest.left -= chosen.length;
  rest.omitted += count - chosen.length;
  return chosen;
}

function timeOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || !TIME.test(value)) return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** The data of an indicator for the health that its dependency reports. {@link reportedHealthIn} reads them. */
export function reportedData({ word, service, failing, components, omitted }: ReportedHealth): HealthData {
  return {
    reported_status: word,
    ...(service !== undefined && { reported_service: service }),
    ...(failing.length > 0 && { reported_failing: failing }),
    ...(components.length > 0 && { reported_components: components }),
    ...(omitted > 0 && { reported_omitted: omitted }),
  };
}

/** The keys of {@link reportedData}. */
export const REPORTED_KEYS: readonly string[] = [
  'reported_status',
  'reported_service',
  'reported_failing',
  'reported_components',
  'reported_omitted',
];

/** The health that a dependency reports, in the data of an indicator. Undefined: there is none. */
export function reportedHealthIn(data: HealthData | undefined): ReportedHealth | undefined {
  const word = data?.['reported_status'];
  if (!data || typeof word !== 'string') return undefined;
  const { reported_failing: failing, reported_omitted: omitted } = data;
  const service = reportedName(data['reported_service']);
  const read = boundedComponents(componentsIn(data['reported_components']), service);
  return {
    word,
    ...(service !== undefined && { service }),
    failing: Array.isArray(failing) ? failing.filter((name) => typeof name === 'string').slice(0, MOST_FAILING) : [],
    components: read.components,
    omitted: read.omitted + (Number.isSafeInteger(omitted) && Number(omitted) > 0 ? Number(omitted) : 0),
  };
}

/** Components in the form of {@link ReportedComponent}, of this application or in the report of another one. */
export function* componentsIn(list: unknown): Iterable<ComponentSource> {
  if (!Array.isArray(list)) return;
  for (const item of list) {
    if (!isRecord(item)) continue;
    const { name, status, since, service, components } = item;
    if (isHealthStatus(status)) yield { name, status, since, service, below: () => componentsIn(components) };
  }
}
