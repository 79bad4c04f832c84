import { isRecord } from '../../core/is-record.js';
import { HealthStatus } from '../../core/status.js';

/** The health that a dependency reports about itself. */
export interface ForeignHealth {
  readonly status: 'UP' | 'DEGRADED' | 'DOWN';
  /** The status as the dependency spells it. */
  readonly word: string;
  /** The names of its parts that are not UP. */
  readonly failing: readonly string[];
}

/**
 * The status words of this library, of Spring Boot (`UP`, `OUT_OF_SERVICE`), of `application/health+json` (`pass`, `warn`,
 * `fail`, draft-inadarei-api-health-check) and of @nestjs/terminus (`ok`, `error`, `shutting_down`).
 */
const WORDS: Readonly<Record<string, ForeignHealth['status']>> = {
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

/** The names that may appear in a report. They come from another server, which is not trusted. */
const NAME = /^[\w.:@/ -]{1,64}$/;
const NAMES_SHOWN = 5;

/** The health that a JSON text reports. Undefined: the text is no health report. */
export function foreignHealthIn(text: string): ForeignHealth | undefined {
  const json = parse(text);
  if (!isRecord(json)) return undefined;
  const health = foreignHealthOf(json['status']);
  return health && { ...health, failing: failingParts(json) };
}

const STATUS_AT_START = /^\s*\{\s*"status"\s*:\s*"([^"\\]{1,64})"/;

/** The health at the beginning of a JSON text that was not read to its end. Undefined: the text does not begin with a status. */
export const healthAtStart = (text: string): ForeignHealth | undefined =>
  foreignHealthOf(STATUS_AT_START.exec(text)?.[1]);

/** The status for a status word. Undefined: the word is unknown. */
export function foreignHealthOf(word: unknown): ForeignHealth | undefined {
  if (typeof word !== 'string') return undefined;
  const key = word.toLowerCase();
  const status = Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
  return status && { status, word, failing: [] };
}

/** Parts are in `details` (this library, terminus), `components` (Spring Boot) or `checks` (health+json, lists of results). */
function failingParts(json: Readonly<Record<string, unknown>>): string[] {
  const parts = ['details', 'components', 'checks'].map((key) => json[key]).find(isRecord) ?? {};
  return Object.entries(parts)
    .filter(([name, part]) => NAME.test(name) && (Array.isArray(part) ? part : [part]).some(isFailing))
    .map(([name]) => name)
    .slice(0, NAMES_SHOWN);
}

function isFailing(part: unknown): boolean {
  const health = isRecord(part) ? foreignHealthOf(part['status']) : undefined;
  return health !== undefined && health.status !== HealthStatus.UP;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
