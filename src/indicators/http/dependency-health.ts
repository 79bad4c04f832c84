import { isRecord } from '../../core/is-record.js';
import {
  type ComponentSource,
  type ReportedHealth,
  boundedComponents,
  componentsIn,
  reportedName,
} from '../../core/reported-health.js';
import { HEALTH_STATUSES, HealthStatus, isWorse } from '../../core/status.js';

/** The health that a dependency reports about itself. */
export interface DependencyHealth extends ReportedHealth {
  readonly status: 'UP' | 'DEGRADED' | 'DOWN';
}

/**
 * The status words of this library, of Spring Boot (`UP`, `OUT_OF_SERVICE`), of `application/health+json` (`pass`, `warn`,
 * `fail`, draft-inadarei-api-health-check) and of @nestjs/terminus (`ok`, `error`, `shutting_down`).
 */
const WORDS: Readonly<Record<string, DependencyHealth['status']>> = {
  up: HealthStatus.UP,
  pass: HealthStatus.UP,
  ok: HealthStatus.UP,
  degraded: HealthStatus.DEGRADED,
  warn: HealthStatus.DEGRADED,
  down: HealthStatus.DOWN,
  fail: HealthStatus.DOWN,
  error: HealthStatus.DOWN,
  out_of_service: HealthStatus.DOWN,
  unknown: HealthStatus.DOWN,
  shutting_down: HealthStatus.DOWN,
};

/** Media types that are used for health reports only. */
const HEALTH_TYPE = /^application\/(?:health\+json|vnd\.spring-boot\.actuator\.v\d+\+json)$/;
const JSON_TYPE = /^(?:application|text)\/(?:[\w.+-]+\+)?json$/;

export const isHealthType = (mediaType: string): boolean => HEALTH_TYPE.test(mediaType);
export const isJsonType = (mediaType: string): boolean => JSON_TYPE.test(mediaType);

/** The statuses of components, which can also be skipped or out of service. Another word is `UNKNOWN`. */
const COMPONENT_WORDS: Readonly<Record<string, HealthStatus>> = {
  ...WORDS,
  ...Object.fromEntries(HEALTH_STATUSES.map((status) => [status.toLowerCase(), status])),
  shutting_down: HealthStatus.OUT_OF_SERVICE,
};
const NAMES_SHOWN = 5;

/** The health that a JSON text reports. Undefined: the text is not a health report. */
export function dependencyHealthIn(text: string): DependencyHealth | undefined {
  const json = parse(text);
  if (!isRecord(json)) return undefined;
  const health = dependencyHealthOf(json['status']);
  if (!health) return undefined;
  const service = serviceOf(json);
  return {
    ...health,
    ...(service !== undefined && { service }),
    failing: failingParts(json),
    ...boundedComponents(componentsOf(json), service),
  };
}

const STATUS_AT_START = /^\s*\{\s*"status"\s*:\s*"([^"\\]{1,64})"/;

/** The health at the beginning of a JSON text that was not read to its end. Undefined: the text does not begin with a status. */
export const healthAtStart = (text: string): DependencyHealth | undefined =>
  dependencyHealthOf(STATUS_AT_START.exec(text)?.[1]);

/** The status for a status word. Undefined: the word is unknown. */
export function dependencyHealthOf(word: unknown): DependencyHealth | undefined {
  if (typeof word !== 'string') return undefined;
  const key = word.toLowerCase();
  const status = Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
  return status && { status, word, failing: [], components: [], omitted: 0 };
}

type Json = Readonly<Record<string, unknown>>;

/** `details` of this library and of terminus, `components` of Spring, `checks` of health+json, whose values are lists. */
const partsOf = (json: Json): Json => ['details', 'components', 'checks'].map((key) => json[key]).find(isRecord) ?? {};

function failingParts(json: Json): string[] {
  const names: string[] = [];
  for (const [key, part] of Object.entries(partsOf(json))) {
    if (names.length === NAMES_SHOWN) break;
    if (!(Array.isArray(part) ? part : [part]).some(isFailing)) continue;
    const name = reportedName(key);
    if (name !== undefined) names.push(name);
  }
  return names;
}

/** `service_info` of this library, `serviceId` of health+json. */
function serviceOf(json: Json): string | undefined {
  const { service_info: service, serviceId } = json;
  return reportedName(isRecord(service) ? service['name'] : serviceId);
}

function* componentsOf(json: Json): Iterable<ComponentSource> {
  const isMeasured = isRecord(json['checks']) && !isRecord(json['details']) && !isRecord(json['components']);
  for (const [key, part] of isMeasured ? measuredComponents(partsOf(json)) : Object.entries(partsOf(json))) {
    if (isRecord(part) && typeof part['status'] === 'string') yield componentOf(key, part);
  }
}

/** The keys of health+json consist of a component and a measurement. A component is as bad as its worst measurement. */
function measuredComponents(checks: Json): Iterable<[string, unknown]> {
  const worst = new Map<string, Json>();
  for (const [key, entries] of Object.entries(checks)) {
    const [name = ''] = key.split(':', 1);
    for (const entry of Array.isArray(entries) ? entries : []) {
      if (!isRecord(entry) || typeof entry['status'] !== 'string') continue;
      const known = worst.get(name);
      if (!known || isWorse(componentStatus(entry), componentStatus(known))) worst.set(name, entry);
    }
  }
  return worst;
}

/** The nested components are in the data of an indicator of this library, or are the parts of a composite. */
function componentOf(name: string, part: Json): ComponentSource {
  const data = isRecord(part['data']) ? part['data'] : {};
  const { components, details } = part;
  const reported = data['reported_components'];
  const below = (): Iterable<ComponentSource> => {
    if (isRecord(components)) return componentsOf({ components });
    return reported === undefined && isRecord(details) ? componentsOf({ details }) : componentsIn(reported);
  };
  return {
    name,
    status: componentStatus(part),
    since: part['since'],
    service: data['reported_service'],
    below,
  };
}

/** In health+json of this library, `state` is the status that the three words of that format cannot express. */
function componentStatus({ state, status }: Json): HealthStatus {
  const words = [state, status].filter((word) => typeof word === 'string').map((word) => word.toLowerCase());
  const known = words.find((word) => Object.hasOwn(COMPONENT_WORDS, word));
  return (known === undefined ? undefined : COMPONENT_WORDS[known]) ?? HealthStatus.UNKNOWN;
}

function isFailing(part: unknown): boolean {
  const health = isRecord(part) ? dependencyHealthOf(part['status']) : undefined;
  return health !== undefined && health.status !== HealthStatus.UP;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
