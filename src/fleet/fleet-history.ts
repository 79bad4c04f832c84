import { isFailing } from '../core/status.js';
import type { FleetInstance, StoreConnection } from './roster.js';

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
  /** Time at which this process noticed it. */
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

interface Seen {
  readonly service: string;
  readonly instance: string;
  readonly boot: string;
  readonly version: string | undefined;
  readonly phase: FleetInstance['phase'];
  /** Undefined: it was never ready, so it is still starting. */
  readonly isReady: boolean | undefined;
}

const MOST_EVENTS = 50;
const MOST_NAMES = 5;

/** The latest changes of the fleet. It finds them by comparing the known state with the state of the last comparison. */
export class FleetHistory {
  #seen: ReadonlyMap<string, Seen> | undefined;
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
    const seen = new Map(
      instances.map((each) => [JSON.stringify([each.entry.service, each.entry.instance]), see(each)]),
    );
    if (this.#seen) {
      for (const [key, now] of seen)
        for (const change of changesOf(this.#seen.get(key), now)) add(news, at, now, change);
    }
    if (isConnected || this.#seen) this.#seen = seen;
    if (news.size > 0) this.#events = [...[...news.values()].toReversed(), ...this.#events].slice(0, MOST_EVENTS);
    return [...news.values()];
  }
}

function see({ entry, phase }: FleetInstance): Seen {
  const { service, instance, boot, version, wasReady, ready } = entry;
  const isReady = wasReady && phase === 'accepting' ? !isFailing(ready) : undefined;
  return { service, instance, boot, version, phase, isReady };
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
function add(news: Map<string, FleetEvent>, at: string, { service, instance }: Seen, change: Change): void {
  const key = JSON.stringify([change.kind, service, change.version]);
  const { instances = [], count = 0 } = news.get(key) ?? {};
  const names = count < MOST_NAMES ? [...instances, instance] : instances;
  news.set(key, { at, ...change, service, instances: names, count: count + 1 });
}
