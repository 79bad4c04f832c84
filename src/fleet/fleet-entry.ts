import { isRecord } from '../core/is-record.js';
import { type HealthStatus, isHealthStatus } from '../core/status.js';
import { storeKey, storeKeyParts } from '../stores/store-key.js';
import { type SignedText, objectIn, writeSigned } from './signed-text.js';

/** The phases that an instance writes. A reader adds `lost`, for an instance that has not written in time. */
export const WRITTEN_PHASES = ['starting', 'accepting', 'refusing', 'draining', 'left'] as const;
export type WrittenPhase = (typeof WRITTEN_PHASES)[number];

/** The state of one instance, for the other instances. It has names and statuses only, no errors and no data. */
export interface FleetEntry {
  readonly service: string;
  readonly instance: string;
  /** Differs for each start of the process, so that a restart under the same name is recognised. */
  readonly boot: string;
  /** Increases with each write. */
  readonly beat: number;
  /** Maximum milliseconds until the instance writes again. */
  readonly heartbeat: number;
  readonly version: string | undefined;
  readonly commit: string | undefined;
  readonly phase: WrittenPhase;
  /** Milliseconds since the phase began. A duration, because the clocks of two machines differ. */
  readonly phaseFor: number;
  /** The status of `ready`. */
  readonly ready: HealthStatus;
  /** Milliseconds since `ready` changed to this status. */
  readonly readyFor: number;
  /** Whether `ready` was UP or DEGRADED at least once since the start. Otherwise the instance does not count in a quorum. */
  readonly wasReady: boolean;
  /** The status of each indicator. If there are more than the limit, those that need attention are kept. */
  readonly checks: Readonly<Record<string, HealthStatus>>;
  /** Milliseconds since when the listed indicators that are not UP have their statuses. Absent: none, or not known. */
  readonly checksFor?: Readonly<Record<string, number>> | undefined;
  /** The status of `live`. Absent: it is UP, or not known. */
  readonly live?: HealthStatus | undefined;
  /** Milliseconds since `live` changed to this status. Present with `live` only. */
  readonly liveFor?: number | undefined;
  /** The names that the checked services report. Absent: no name is known. */
  readonly dependsOn?: readonly string[] | undefined;
}

/** Maximum number of indicators in one entry. */
export const MOST_CHECKS = 200;
/** Maximum number of dependencies in one entry. */
export const MOST_DEPENDENCIES = 50;
const LONGEST_NAME = 200;
const LONGEST_HEARTBEAT = 3_600_000;
/** A century in milliseconds. A date so far in the past is still valid. */
const LONGEST_SPAN = 100 * 365 * 24 * 3_600_000;

/** The value to write to a key, which has the names of the service and the instance. With a secret, it is signed. */
export function writeEntry(key: string, entry: FleetEntry, secret: string | undefined): string {
  return writeSigned(key, JSON.stringify({ ...entry, service: undefined, instance: undefined }), secret);
}

/**
 * Reads the value of a key. Returns a text with the reason if it is refused. Entries of other instances are not trusted.
 * `earlier`: the last entry of the key. Its `checks` and `dependsOn` are used again if they are equal, because most entries are
 * heartbeats without a change.
 */
export function readEntry(key: string, value: SignedText, earlier?: FleetEntry): FleetEntry | string {
  const given = objectIn(value);
  if (typeof given === 'string') return given;
  const place = earlier ?? placeOf(key);
  if (!place) return 'its key is malformed';
  const { boot, beat, heartbeat, version, commit, phase, phaseFor, ready, readyFor, wasReady } = given;
  const { checksFor, live, liveFor, dependsOn } = given;
  if (!isName(boot) || !isOptional(version, isName) || !isOptional(commit, isName)) return 'a text is malformed';
  if (!isSpan(beat) || !isSpan(phaseFor) || !isSpan(readyFor)) return 'a number is malformed';
  if (!isSpan(heartbeat) || heartbeat < 1 || heartbeat > LONGEST_HEARTBEAT) return 'its heartbeat is malformed';
  if (!isWrittenPhase(phase) || !isHealthStatus(ready) || typeof wasReady !== 'boolean')
    return 'its state is malformed';
  const checks = checksOf(given['checks'], earlier?.checks);
  if (!checks) return 'its checks are malformed';
  if (!areSpans(checksFor, checks)) return 'the times of its checks are malformed';
  if (!isOptional(live, isHealthStatus) || !isOptional(liveFor, isSpan)) return 'its live state is malformed';
  if ((live === undefined) !== (liveFor === undefined)) return 'its live state is malformed';
  if (!isOptional(dependsOn, isListOfNames)) return 'its dependencies are malformed';
  return {
    service: place.service,
    instance: place.instance,
    boot,
    beat,
    heartbeat,
    version,
    commit,
    phase,
    phaseFor,
    ready,
    readyFor,
    wasReady,
    checks,
    checksFor: checksFor && withoutPrototype(checksFor),
    live,
    liveFor,
    dependsOn: dependsOn && namesOf(dependsOn, earlier?.dependsOn),
  };
}

/** The names in a key. Undefined: `storeKey()` would not have made it of them, so that one instance would have several keys. */
function placeOf(key: string): Pick<FleetEntry, 'service' | 'instance'> | undefined {
  const [collection = '', service, instance] = storeKeyParts(key);
  if (!isName(service) || !isName(instance)) return undefined;
  return storeKey(collection, service, instance) === key ? { service, instance } : undefined;
}

function isWrittenPhase(value: unknown): value is WrittenPhase {
  return (WRITTEN_PHASES as readonly unknown[]).includes(value);
}

function isListOfNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= MOST_DEPENDENCIES && value.every(isName);
}

/** Each name once. The earlier list if it is the same. */
function namesOf(given: readonly string[], earlier: readonly string[] | undefined): readonly string[] {
  const names = [...new Set(given)];
  const isSame = names.length === earlier?.length && names.every((name, index) => name === earlier[index]);
  return isSame ? earlier : names;
}

type Checks = FleetEntry['checks'];

/** Undefined: it is malformed. The earlier statuses if they are the same. */
function checksOf(given: unknown, earlier: Checks | undefined): Checks | undefined {
  if (!isRecord(given)) return undefined;
  const names = Object.keys(given);
  if (names.length > MOST_CHECKS) return undefined;
  if (earlier && areEqual(given, names, earlier)) return earlier;
  return areStatuses(given) ? withoutPrototype(given) : undefined;
}

function areStatuses(given: Readonly<Record<string, unknown>>): given is Checks {
  return Object.keys(given).every((name) => isName(name) && isHealthStatus(given[name]));
}

function areEqual(given: Readonly<Record<string, unknown>>, names: readonly string[], earlier: Checks): boolean {
  for (const name of names) if (given[name] !== earlier[name]) return false;
  return Object.keys(earlier).length === names.length;
}

/** Whether each time belongs to an indicator with a status. Entries of earlier versions have none. */
function areSpans(given: unknown, checks: Checks): given is Readonly<Record<string, number>> | undefined {
  if (given === undefined) return true;
  return isRecord(given) && Object.keys(given).every((name) => checks[name] !== undefined && isSpan(given[name]));
}

/** An instance can announce an indicator with the name of an inherited property. */
function withoutPrototype<Value>(given: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.assign(Object.create(null) as Record<string, Value>, given);
}

function isOptional<Value>(value: unknown, is: (value: unknown) => value is Value): value is Value | undefined {
  return value === undefined || is(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
}

function isSpan(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LONGEST_SPAN;
}
