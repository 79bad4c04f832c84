import { isFailing } from '../core/status.js';
import type { FleetEntry } from './fleet-entry.js';
import type { FleetInstance } from './fleet-instance.js';
import type { StoreConnection } from './roster.js';

/** Kind of a change of instances of a service, or of the store. */
export type FleetEventKind =
  | 'joined'
  | 'restarted'
  | 'ready'
  | 'not ready'
  | 'refusing'
  | 'draining'
  | 'left'
  | 'lost'
  | 'recovered'
  | 'store disconnected'
  | 'store connected';

/** One change, or the same change of several instances of a service that one comparison found. */
export interface FleetEvent {
  /** Time at which this process detected it. */
  readonly at: string;
  readonly kind: FleetEventKind;
  /** Absent for the store. */
  readonly service?: string;
  /** The instances, at most five. */
  readonly instances?: readonly string[];
  /** Number of the instances. */
  readonly count?: number;
  /** The version after a start. After a restart with another version: both, as in `1.4.1 → 1.4.2`. */
  readonly version?: string;
}

/** The compared part of the state of an instance. */
interface Seen {
  readonly boot: string;
  readonly version: string | undefined;
  readonly phase: FleetInstance['phase'];
  /** Undefined: it was never ready, so it is still starting. */
  readonly isReady: boolean | undefined;
  /** The number of the last comparison that had this instance. */
  comparison: number;
}

const MOST_EVENTS = 50;
const MOST_NAMES = 5;

/** The latest changes of the fleet. It finds them by comparing the known state with the state of the last comparison. */
export class FleetHistory {
  /** By service and instance. Undefined: no state is known yet. */
  #seen: Map<string, Map<string, Seen>> | undefined;
  #comparisons = 0;
  #isConnected: boolean | undefined;
  #events: readonly FleetEvent[] = [];

  /** Newest first. */
  get events(): readonly FleetEvent[] {
    return this.#events;
  }

  /** Records the differences to the last comparison, and returns them. The first known state is not a change. */
  compare(instances: readonly FleetInstance[], { isConnected, since }: StoreConnection): readonly FleetEvent[] {
    const at = new Date().toISOString();
    const news = new Map<string, FleetEvent>();
    const wasConnected = this.#isConnected;
    // Before the first connection the client may still be connecting.
    if (since !== undefined) this.#isConnected = isConnected;
    if (wasConnected !== undefined && wasConnected !== this.#isConnected) {
      news.set('store', { at, kind: isConnected ? 'store connected' : 'store disconnected' });
    }
    if (this.#seen) {
      this.#update(this.#seen, instances, (each, change) => add(news, at, each, change));
    } else if (isConnected) {
      this.#seen = new Map();
      this.#update(this.#seen, instances, () => undefined);
    }
    if (news.size > 0) this.#events = [...[...news.values()].toReversed(), ...this.#events].slice(0, MOST_EVENTS);
    return [...news.values()];
  }

  /** Most instances are the same each time, so their states are kept, and nothing is made for them. */
  #update(
    seen: Map<string, Map<string, Seen>>,
    instances: readonly FleetInstance[],
    onChange: (each: FleetEntry, change: Change) => void,
  ): void {
    this.#comparisons += 1;
    const comparison = this.#comparisons;
    for (const { entry, phase } of instances) {
      const { service, instance, boot, version } = entry;
      let members = seen.get(service);
      if (!members) seen.set(service, (members = new Map()));
      const before = members.get(instance);
      const isReady = isReadyIn(phase, entry);
      if (
        before &&
        before.boot === boot &&
        before.version === version &&
        before.phase === phase &&
        before.isReady === isReady
      ) {
        before.comparison = comparison;
        continue;
      }
      const now = { boot, version, phase, isReady, comparison };
      members.set(instance, now);
      for (const change of changesOf(before, now)) onChange(entry, change);
    }
    for (const [service, members] of seen) {
      for (const [instance, each] of members) if (each.comparison !== comparison) members.delete(instance);
      if (members.size === 0) seen.delete(service);
    }
  }
}

function isReadyIn(phase: FleetInstance['phase'], { wasReady, ready }: FleetEntry): boolean | undefined {
  return wasReady && phase === 'accepting' ? !isFailing(ready) : undefined;
}

type Change = Pick<FleetEvent, 'kind' | 'version'>;

function changesOf(before: Seen | undefined, now: Seen): readonly Change[] {
  const version = now.version === undefined ? {} : { version: now.version };
  if (!before) return [{ kind: 'joined', ...version }, ...(now.phase === 'lost' ? [{ kind: 'lost' } as const] : [])];
  if (before.boot !== now.boot) {
    const isOther = now.version !== before.version;
    const both = isOther ? { version: `${before.version ?? 'unknown'} → ${now.version ?? 'unknown'}` } : version;
    return [{ kind: 'restarted', ...both }];
  }
  if (before.phase !== now.phase) {
    if (now.phase === 'lost' || now.phase === 'left' || now.phase === 'draining' || now.phase === 'refusing')
      return [{ kind: now.phase }];
    if (before.phase === 'lost') return [{ kind: 'recovered' }];
  }
  if (now.isReady !== undefined && now.isReady !== before.isReady)
    return [{ kind: now.isReady ? 'ready' : 'not ready' }];
  return [];
}

/** The same change of several instances becomes one event: an outage of a thousand instances must not displace all others. */
function add(news: Map<string, FleetEvent>, at: string, { service, instance }: FleetEntry, change: Change): void {
  const key = JSON.stringify([change.kind, service, change.version]);
  const { instances = [], count = 0 } = news.get(key) ?? {};
  const names = count < MOST_NAMES ? [...instances, instance] : instances;
  news.set(key, { at, ...change, service, instances: names, count: count + 1 });
}
