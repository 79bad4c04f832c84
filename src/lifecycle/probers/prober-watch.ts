import { shutdownElapsed } from '../../core/shutdown-clock.js';
import { SHUTDOWN_DEFAULTS } from '../../options/defaults.js';
import { Caller } from './caller.js';
import type { ProbeRequest } from './probe-request.js';
import { Prober, REFUSALS_NEEDED } from './prober.js';
import { ASSUMED_PROBERS, SHORTEST_GAP } from './rhythm.js';

/** Callers without a confirmed rhythm. A new caller replaces the one whose latest request is the oldest. */
const MOST_CALLERS = 1024;
/** Callers with a confirmed rhythm. They are replaced only when they have stopped. */
const MOST_KNOWN = 64;
/** Balancers send shorter values. The limits keep the memory small. */
const LONGEST_AGENT = 256;
const LONGEST_FORM = 512;
/** An interval may exceed a third of the longest wait by this factor: its third refusal may still be in time. */
const TOLERANCE = 1.1;
/** A caller with this many requests in a regular rhythm is a prober. */
const REQUESTS_OF_PROBER = 5;
/** The number that is enough while the instance is young. */
const REQUESTS_WHILE_YOUNG = 2;
/** Milliseconds. Moving a caller to the end of the map more often costs time and changes little. */
const MOVE_EVERY = 250;

/** The probers that a shutdown waits for, and those that it cannot wait for. */
export interface ObservedProbers {
  readonly probers: readonly Prober[];
  /** Regular probers that are too slow to receive three refusals within the longest wait. */
  readonly tooSlow: readonly Prober[];
}

/**
 * Records the requests and responses of `ready` by caller, in bounded memory. The cost of a request does not depend on
 * the number of callers. Rhythms are read when the drain begins.
 */
export class ProberWatch {
  readonly #longestWait: number;
  readonly #longestInterval: number;
  /** Nearly in the order of their latest requests. */
  readonly #callers = new Map<string, Caller>();
  readonly #known = new Map<string, Caller>();
  #firstAcceptedAt = Infinity;
  /** The time at which a possible prober was last removed. */
  #overflowedAt = -Infinity;

  constructor(longestWait: number = SHUTDOWN_DEFAULTS.maxDelay) {
    this.#longestWait = longestWait;
    this.#longestInterval = (TOLERANCE * longestWait) / REFUSALS_NEEDED;
  }

  /** Records one request. `wasRefused`: the response refused traffic. `at`: when, on the monotonic clock. Default: now. */
  recordProbe(from: ProbeRequest, wasRefused: boolean, at?: number): void {
    const { address, agent, form, key } = from;
    if (agent.length > LONGEST_AGENT || form.length > LONGEST_FORM) return;
    const now = at ?? shutdownElapsed();
    if (!wasRefused && this.#firstAcceptedAt === Infinity) this.#firstAcceptedAt = now;
    const known = this.#known.get(key);
    if (known) return known.record(now, wasRefused);
    let caller = this.#callers.get(key);
    if (!caller) {
      caller = this.#add(key, address, agent, now);
    } else if (now - caller.lastRequestAt >= MOVE_EVERY) {
      this.#callers.delete(key);
      this.#callers.set(key, caller);
    }
    caller.record(now, wasRefused);
    if (caller.isKnown) this.#moveToKnown(key, caller, now);
  }

  /** The probers that a shutdown would wait for now. */
  observe(): ObservedProbers {
    const now = shutdownElapsed();
    const probers: Prober[] = [];
    const tooSlow: Prober[] = [];
    const irregular: Caller[] = [];
    for (const caller of [...this.#known.values(), ...this.#callers.values()]) {
      const prober = this.#proberOf(caller, now);
      if (!prober) irregular.push(caller);
      else if (!prober.hasStopped(now)) {
        (prober.shortestInterval > this.#longestInterval ? tooSlow : probers).push(prober);
      }
    }
    const addresses = new Set(probers.map(({ address }) => address));
    for (const caller of irregular) {
      // Irregular requests from the address of a known prober come from a proxy that also forwards requests of clients.
      if (this.#mayContainProber(caller, now) && !addresses.has(caller.address))
        probers.push(this.#possibleProber(caller));
    }
    if (probers.length === 0 && now - this.#overflowedAt < this.#longestWait) {
      const others = new Caller('many addresses', 'more callers than can be distinguished', this.#longestInterval);
      others.record(now, false);
      probers.push(this.#possibleProber(others));
    }
    return { probers, tooSlow };
  }

  #proberOf(caller: Caller, now: number): Prober | undefined {
    const isYoung = now - this.#firstAcceptedAt < this.#longestWait + this.#longestInterval;
    if (caller.requests < (isYoung ? REQUESTS_WHILE_YOUNG : REQUESTS_OF_PROBER)) return undefined;
    const { average, longest } = caller.gaps;
    if (average < SHORTEST_GAP && !caller.isKnown) return undefined;
    const { rhythm } = caller;
    if (rhythm) return new Prober(caller, rhythm, this.#longestWait);
    if (!isYoung || longest > this.#longestInterval) return undefined;
    const facts = { interval: ASSUMED_PROBERS * longest, probers: ASSUMED_PROBERS, isCertain: false };
    return new Prober(caller, facts, this.#longestWait);
  }

  /** Whether a prober may be among these requests without a rhythm: they are recent, and have arrived for long enough. */
  #mayContainProber({ requests, activeSince, lastRequestAt }: Caller, now: number): boolean {
    const isActive = now - lastRequestAt <= this.#longestInterval;
    return isActive && requests >= REQUESTS_OF_PROBER && now - activeSince >= this.#longestWait;
  }

  #possibleProber(caller: Caller): Prober {
    const facts = { interval: this.#longestWait / REFUSALS_NEEDED, probers: 1, isCertain: false };
    return new Prober(caller, facts, this.#longestWait);
  }

  #add(key: string, address: string, agent: string, now: number): Caller {
    if (this.#callers.size >= MOST_CALLERS) this.#removeOldest(now);
    const caller = new Caller(address, agent, this.#longestInterval);
    this.#callers.set(key, caller);
    return caller;
  }

  /** Moves a caller with a confirmed rhythm to a map from which other callers cannot displace it. */
  #moveToKnown(key: string, caller: Caller, now: number): void {
    if (this.#known.size >= MOST_KNOWN) {
      for (const [other, { lastRequestAt }] of this.#known) {
        if (now - lastRequestAt > this.#longestWait) this.#known.delete(other);
      }
    }
    if (this.#known.size >= MOST_KNOWN) return;
    this.#callers.delete(key);
    this.#known.set(key, caller);
  }

  #removeOldest(now: number): void {
    const [oldest] = this.#callers;
    if (!oldest) return;
    const [key, { lastRequestAt }] = oldest;
    this.#callers.delete(key);
    if (now - lastRequestAt <= this.#longestInterval) this.#overflowedAt = now;
  }
}
