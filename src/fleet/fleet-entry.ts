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

/** Reads the value of a key. Returns a text with the reason if it is refused. Entries of other instances are not trusted. */
export function readEntry(key: string, value: SignedText): FleetEntry | string {
  const given = objectIn(value);
  if (typeof given === 'string') return given;
  const place = placeOf(key);
  if (!place) return 'its key is malformed';
  const { boot, beat, heartbeat, version, commit, phase, phaseFor, ready, readyFor, wasReady, checks } = given;
  const { checksFor, live, liveFor, dependsOn } = given;
  if (!isName(boot) || !isOptionalName(version) || !isOptionalName(commit)) return 'a text is malformed';
  if (!isSpan(beat) || !isSpan(phaseFor) || !isSpan(readyFor)) return 'a number is malformed';
  if (!isSpan(heartbeat) || heartbeat < 1 || heartbeat > LONGEST_HEARTBEAT) return 'its heartbeat is malformed';
  const known = WRITTEN_PHASES.find((each) => each === phase);
  if (known === undefined || !isHealthStatus(ready) || typeof wasReady !== 'boolean') return 'its state is malformed';
  const statuses = checksOf(checks);
  if (!statuses) return 'its checks are malformed';
  const spans = spansOf(checksFor, statuses);
  if (!spans) return 'the times of its checks are malformed';
  const liveness = livenessOf(live, liveFor);
  if (!liveness) return 'its live state is malformed';
  if (!isListOfNames(dependsOn)) return 'its dependencies are malformed';
  return {
    ...place,
    boot,
    beat,
    heartbeat,
    version,
    commit,
    phase: known,
    phaseFor,
    ready,
    readyFor,
    wasReady,
    checks: statuses,
    ...(checksFor !== undefined && { checksFor: spans }),
    ...liveness,
    ...(dependsOn && { dependsOn: [...new Set(dependsOn)] }),
  };
}

/** The names in a key. Undefined: `storeKey()` would not have made it of them, so that one instance would have several keys. */
function placeOf(key: string): Pick<FleetEntry, 'service' | 'instance'> | undefined {
  const [collection = '', service, instance] = storeKeyParts(key);
  if (!isName(service) || !isName(instance)) return undefined;
  return storeKey(collection, service, instance) === key ? { service, instance } : undefined;
}

function isListOfNames(value: unknown): value is readonly string[] | undefined {
  return value === undefined || (Array.isArray(value) && value.length <= MOST_DEPENDENCIES && value.every(isName));
}

function checksOf(checks: unknown): Readonly<Record<string, HealthStatus>> | undefined {
  if (!isRecord(checks)) return undefined;
  const statuses: Record<string, HealthStatus> = Object.create(null) as Record<string, HealthStatus>;
  const entries = Object.entries(checks);
  if (entries.length > MOST_CHECKS) return undefined;
  for (const [name, status] of entries) {
    if (!isName(name) || !isHealthStatus(status)) return undefined;
    statuses[name] = status;
  }
  return statuses;
}

/** Undefined: it is malformed, or has an indicator without a status. Entries of earlier versions have none. */
function spansOf(
  spans: unknown,
  statuses: Readonly<Record<string, HealthStatus>>,
): Readonly<Record<string, number>> | undefined {
  const read: Record<string, number> = Object.create(null) as Record<string, number>;
  if (spans === undefined) return read;
  if (!isRecord(spans)) return undefined;
  for (const [name, span] of Object.entries(spans)) {
    if (statuses[name] === undefined || !isSpan(span)) return undefined;
    read[name] = span;
  }
  return read;
}

/** Undefined: it is malformed. Entries of earlier versions have none. */
function livenessOf(live: unknown, liveFor: unknown): Pick<FleetEntry, 'live' | 'liveFor'> | undefined {
  if (live === undefined && liveFor === undefined) return {};
  return isHealthStatus(live) && isSpan(liveFor) ? { live, liveFor } : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;
}

function isOptionalName(value: unknown): value is string | undefined {
  return value === undefined || isName(value);
}

function isSpan(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LONGEST_SPAN;
}
