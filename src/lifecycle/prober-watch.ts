import { elapsed } from '../core/shutdown-clock.js';
import { SHUTDOWN_DEFAULTS } from '../options/defaults.js';
import { Asker } from './asker.js';
import type { ProbeRequest } from './probe-request.js';
import { Prober, REFUSALS_NEEDED } from './prober.js';
import { ASSUMED_PROBERS, SHORTEST_GAP } from './rhythm.js';

/** Callers of which nothing is known yet. The one that has been silent longest makes room for a new one. */
const MOST_ASKERS = 1024;
/** Callers whose rhythm is known. They make room only when they have stopped asking. */
const MOST_KNOWN = 64;
/** No balancer sends longer ones, and what is remembered stays small. */
const LONGEST_AGENT = 256;
const LONGEST_FORM = 512;
/** An interval may be longer by this factor than a third of the longest wait: its third refusal may still come in time. */
const TOLERANCE = 1.1;
/** A caller that has asked so often in a regular rhythm is a prober. */
const QUESTIONS_OF_PROBER = 5;
/** The same while the instance is too young for any prober to have asked so often. */
const QUESTIONS_WHILE_YOUNG = 2;
/** Milliseconds. Moving a caller to the end of the map more often costs time and changes little. */
const MOVE_EVERY = 250;

/** Whom a shutdown has to wait for, and whom it cannot wait for. */
export interface ObservedProbers {
  readonly probers: readonly Prober[];
  /** Regular, but too slow to receive three refusals within the longest wait. */
  readonly tooSlow: readonly Prober[];
}

/**
 * Records which callers ask for readiness, when, and what they were answered, in bounded memory. What it costs a
 * question does not depend on how many callers there are; rhythms are read when the drain begins.
 */
export class ProberWatch {
  readonly #longestWait: number;
  readonly #longestInterval: number;
  /** In the order of their latest questions, nearly. */
  readonly #askers = new Map<string, Asker>();
  readonly #known = new Map<string, Asker>();
  #firstWelcome = Infinity;
  /** When a caller was last forgotten that may have been a prober. */
  #overflowedAt = -Infinity;

  constructor(longestWait: number = SHUTDOWN_DEFAULTS.maxDelay) {
    this.#longestWait = longestWait;
    this.#longestInterval = (TOLERANCE * longestWait) / REFUSALS_NEEDED;
  }

  /** Takes note of an answer. `wasRefused`: it said that no traffic is wanted. */
  recordProbe({ address, agent, form }: ProbeRequest, wasRefused: boolean): void {
    if (agent.length > LONGEST_AGENT || form.length > LONGEST_FORM) return;
    const now = elapsed();
    if (!wasRefused && this.#firstWelcome === Infinity) this.#firstWelcome = now;
    const key = `${address} ${agent} ${form}`;
    const known = this.#known.get(key);
    if (known) return known.record(now, wasRefused);
    let asker = this.#askers.get(key);
    if (!asker) {
      asker = this.#admit(key, address, agent, now);
    } else if (now - asker.lastAsked >= MOVE_EVERY) {
      this.#askers.delete(key);
      this.#askers.set(key, asker);
    }
    asker.record(now, wasRefused);
    if (asker.isKnown) this.#keep(key, asker, now);
  }

  /** The probers at this moment, as the shutdown waits for them. */
  observe(): ObservedProbers {
    const now = elapsed();
    const probers: Prober[] = [];
    const tooSlow: Prober[] = [];
    const irregular: Asker[] = [];
    for (const asker of [...this.#known.values(), ...this.#askers.values()]) {
      const prober = this.#proberOf(asker, now);
      if (!prober) irregular.push(asker);
      else if (!prober.isGone(now)) (prober.shortestInterval > this.#longestInterval ? tooSlow : probers).push(prober);
    }
    const addresses = new Set(probers.map(({ address }) => address));
    for (const asker of irregular) {
      // An address with a known prober is that of a proxy, which passes on the questions of its clients too.
      if (this.#mayHideProber(asker, now) && !addresses.has(asker.address)) probers.push(this.#hidden(asker));
    }
    if (probers.length === 0 && now - this.#overflowedAt < this.#longestWait) {
      const crowd = new Asker('many addresses', 'more callers than can be told apart', this.#longestInterval);
      crowd.record(now, false);
      probers.push(this.#hidden(crowd));
    }
    return { probers, tooSlow };
  }

  #proberOf(asker: Asker, now: number): Prober | undefined {
    const isYoung = now - this.#firstWelcome < 2 * this.#longestInterval;
    if (asker.asked < (isYoung ? QUESTIONS_WHILE_YOUNG : QUESTIONS_OF_PROBER)) return undefined;
    const { average, longest } = asker.gaps;
    if (average < SHORTEST_GAP && !asker.isKnown) return undefined;
    const { rhythm } = asker;
    if (rhythm) return new Prober(asker, rhythm, this.#longestWait);
    if (!isYoung || longest > this.#longestInterval) return undefined;
    const facts = { interval: ASSUMED_PROBERS * longest, probers: ASSUMED_PROBERS, isCertain: false };
    return new Prober(asker, facts, this.#longestWait);
  }

  /** Questions without a rhythm, for so long and so dense that any prober that matters may be among them. */
  #mayHideProber({ asked, activeSince, lastAsked }: Asker, now: number): boolean {
    const isActive = now - lastAsked <= this.#longestInterval;
    return isActive && asked >= QUESTIONS_OF_PROBER && now - activeSince >= this.#longestWait;
  }

  #hidden(asker: Asker): Prober {
    const facts = { interval: this.#longestWait / REFUSALS_NEEDED, probers: 1, isCertain: false };
    return new Prober(asker, facts, this.#longestWait);
  }

  #admit(key: string, address: string, agent: string, now: number): Asker {
    if (this.#askers.size >= MOST_ASKERS) this.#forgetMostSilent(now);
    const asker = new Asker(address, agent, this.#longestInterval);
    this.#askers.set(key, asker);
    return asker;
  }

  /** Puts a caller whose rhythm is known out of the reach of others. */
  #keep(key: string, asker: Asker, now: number): void {
    if (this.#known.size >= MOST_KNOWN) {
      for (const [other, { lastAsked }] of this.#known) {
        if (now - lastAsked > this.#longestWait) this.#known.delete(other);
      }
    }
    if (this.#known.size >= MOST_KNOWN) return;
    this.#askers.delete(key);
    this.#known.set(key, asker);
  }

  #forgetMostSilent(now: number): void {
    const [oldest] = this.#askers;
    if (!oldest) return;
    const [key, { lastAsked }] = oldest;
    this.#askers.delete(key);
    if (now - lastAsked <= this.#longestInterval) this.#overflowedAt = now;
  }
}
