import { flatDetails } from '../core/composite-detail.js';
import { elapsed } from '../core/moment.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import type { UnreadyLimit } from '../extension/unready-limit.js';
import { type FleetInstance, isPresent } from './fleet-instance.js';
import type { PeerState, Roster } from './roster.js';
import { PEERS_VALID_FOR } from './shared-outage.js';
import { type PlaceSettings, UnreadyPlaces } from './unready-places.js';

/** Milliseconds for which an overloaded instance lets overloaded instances with an earlier name take the places first. */
export const OTHERS_FIRST = 10_000;

/** The known state of the service at the moment of the decision. */
export interface LoadState extends PeerState {
  /** This instance. */
  readonly instance: string;
}

export interface UnreadyDecision {
  /** Reason why the instance must stay in rotation. Undefined: it may leave as soon as it holds a place. */
  readonly refusal: string | undefined;
  /** Reason why other instances take a place first. Undefined: it is the turn of this instance. */
  readonly wait: string | undefined;
  /** Maximum number of unready instances. */
  readonly most: number;
  /** Maximum number of instances that may be unready because of their load. The others are unready for another reason. */
  readonly places: number;
  /** The place that no other instance holds or tries first, if the state of the others is complete. */
  readonly first: number;
}

/**
 * Whether an overloaded instance may ask for a place. `maxUnready`: a number from 1, or a part below 1, of the instances that were
 * ready once. `waited`: milliseconds since it would leave without the limit.
 */
export function decideUnready(
  indicator: string,
  maxUnready: number,
  { instance, peers, storeUnavailableFor }: LoadState,
  waited: number,
): UnreadyDecision {
  const counted = peers.filter(({ phase, entry }) => entry.wasReady && isPresent(phase));
  const total = counted.length + 1;
  // One instance stays, whatever the limit is.
  const most = Math.min(maxUnready < 1 ? Math.floor(maxUnready * total) : maxUnready, total - 1);
  const unready = counted.filter((each) => !isReady(each));
  const left = unready.filter(({ entry }) => entry.checks[indicator] === 'DOWN').length;
  const free = most - unready.length;
  // Instances that are overloaded at one moment leave in the order of their names.
  const rank = counted.filter(
    (each) => isReady(each) && each.entry.checks[indicator] === 'DEGRADED' && each.entry.instance < instance,
  ).length;
  const isUnknown = storeUnavailableFor > PEERS_VALID_FOR;
  return {
    refusal: isUnknown
      ? 'the state of the other instances is unknown'
      : free <= 0
        ? `${unready.length} of ${total} instances are unready, the limit is ${most}`
        : undefined,
    wait: rank >= free && waited < OTHERS_FIRST ? `${rank} other instances are overloaded and leave first` : undefined,
    most,
    places: most - (unready.length - left),
    first: left + rank,
  };
}

function isReady({ phase, entry }: FleetInstance): boolean {
  return phase === 'accepting' && (entry.ready === 'UP' || entry.ready === 'DEGRADED');
}

export interface UnreadyLimitSettings extends PlaceSettings {
  readonly roster: Pick<Roster, 'peersOf'>;
  readonly maxUnready: number;
}

/** The part of the monitor that the limit needs. */
type ObservedRuns = Pick<HealthMonitor, 'onRun' | 'onOverride' | 'onRemoved' | 'peek'>;

/**
 * The limit by the instances that this process knows, and by places in the store: an instance is DOWN because of its load only
 * while it holds one of them.
 */
export class FleetUnreadyLimit implements UnreadyLimit {
  readonly #settings: UnreadyLimitSettings;
  readonly #places: UnreadyPlaces;
  /** The indicators of which a limit of `down` is exceeded. */
  readonly #overloaded = new Set<string>();
  /** The indicators that were permitted to be DOWN, and may be shown so. */
  readonly #left = new Set<string>();
  /** There are fewer instances than before, and the place of this one exists no more. */
  #isSurplus = false;

  constructor(settings: UnreadyLimitSettings) {
    this.#settings = settings;
    this.#places = new UnreadyPlaces(settings);
  }

  refusal(indicator: string, since: number): string | undefined {
    this.#overloaded.add(indicator);
    const because = this.#decide(indicator, since);
    if (because !== undefined) return `stays in rotation: ${because}`;
    this.#left.add(indicator);
    return undefined;
  }

  #decide(indicator: string, since: number): string | undefined {
    const { roster, service, instance, maxUnready } = this.#settings;
    const now = elapsed();
    const news = { instance, ...roster.peersOf(service, instance, now) };
    const { refusal, wait, most, places, first } = decideUnready(indicator, maxUnready, news, now - since);
    const { held } = this.#places;
    const hasLeft = this.#left.size > 0;
    this.#isSurplus = held !== undefined && held.index >= (hasLeft ? most : places);
    if (this.#isSurplus) return `no more than ${most} instances may be unready now`;
    // An instance that has left stays out until its overload ends, whatever becomes of the others.
    if (held && hasLeft) return undefined;
    if (refusal !== undefined) return refusal;
    if (held) return held.isSettled ? undefined : 'took its place among the unready instances a moment ago';
    if (wait !== undefined) return wait;
    this.#places.seek(places, first);
    return `waits for a place among the unready instances (at most ${most})`;
  }

  recovered(indicator: string): void {
    this.#overloaded.delete(indicator);
  }

  /**
   * Gives the place back as soon as no indicator is shown as DOWN any more, with its thresholds applied. Returns the function that
   * ends this.
   */
  follow(monitor: ObservedRuns): () => void {
    const ends = [
      monitor.onRun(({ indicator, status }) => {
        if (status !== 'DOWN') this.#left.delete(indicator);
        this.#review(monitor);
      }),
      monitor.onOverride(() => this.#review(monitor)),
      monitor.onRemoved(() => this.#review(monitor)),
    ];
    return () => {
      for (const end of ends) end();
      this.#places.giveBack();
    };
  }

  #review(monitor: ObservedRuns): void {
    if (!this.#places.held) return;
    const details = new Map(flatDetails(monitor.peek('deep').details));
    for (const indicator of [...this.#overloaded, ...this.#left]) {
      // Without runs, because it was removed or disabled, it does not become DOWN and does not recover.
      if ((details.get(indicator)?.status ?? 'SKIPPED') !== 'SKIPPED') continue;
      this.#overloaded.delete(indicator);
      this.#left.delete(indicator);
    }
    if (this.#left.size === 0 && (this.#overloaded.size === 0 || this.#isSurplus)) this.#places.giveBack();
  }
}
