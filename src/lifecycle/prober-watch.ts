import { elapsed } from '../core/shutdown-clock.js';

/** Somebody who asks for readiness again and again: a balancer, an orchestrator. */
export interface Prober {
  readonly address: string;
  readonly agent: string;
  asked: number;
  lastAsked: number;
  /** For how many milliseconds since then it could not be heard. */
  unheard: number;
  /** The usual time between two questions, in milliseconds. Undefined until it has asked twice. */
  interval: number | undefined;
  /** How many refusals in a row it has seen. */
  refusalsSeen: number;
}

/** More probers than any installation has; beyond it the one that has been silent longest is forgotten. */
const MOST_PROBERS = 64;
/** How much the newest gap counts in the usual interval. */
const WEIGHT_OF_NEWEST = 0.3;
/** Who asks more often is a test, and who asks less often is somebody having a look: nobody who decides about traffic. */
const SHORTEST_INTERVAL = 50;
const LONGEST_INTERVAL = 30_000;
/** Who has been silent for this many of its usual intervals has stopped asking. */
const INTERVALS_UNTIL_GONE = 3;
const SHORTEST_PATIENCE = 1000;
/** Kubernetes' own prober: what it learns changes nothing about traffic once the pod is being deleted. */
const KUBELET = /^kube-probe\//;

/** Notes who asks for readiness, how often, and what they were told, in bounded memory. */
export class ProberWatch {
  readonly #probers = new Map<string, Prober>();

  saw(address: string, agent: string, wasRefused: boolean): void {
    const now = elapsed();
    const key = `${address} ${agent}`;
    const prober = this.#probers.get(key) ?? this.#admit(key, address, agent, now);
    // A gap that the process has partly slept through tells nothing of the prober.
    if (prober.asked > 0 && (prober.unheard === 0 || prober.interval === undefined)) {
      const gap = now - prober.lastAsked;
      prober.interval =
        prober.interval === undefined ? gap : prober.interval + WEIGHT_OF_NEWEST * (gap - prober.interval);
    }
    prober.asked += 1;
    prober.lastAsked = now;
    prober.unheard = 0;
    prober.refusalsSeen = wasRefused ? prober.refusalsSeen + 1 : 0;
  }

  /** Those who ask regularly and have not stopped, and whose questions decide where traffic goes. */
  get current(): readonly Prober[] {
    const now = elapsed();
    return [...this.#probers.values()].filter(
      ({ agent, interval, lastAsked, unheard }) =>
        interval !== undefined &&
        interval >= SHORTEST_INTERVAL &&
        interval <= LONGEST_INTERVAL &&
        now - lastAsked - unheard <= Math.max(INTERVALS_UNTIL_GONE * interval, SHORTEST_PATIENCE) &&
        !KUBELET.test(agent),
    );
  }

  /** For so many milliseconds the process did nothing. Whoever asked then could not be heard: it is no silence. */
  stoodStill(milliseconds: number): void {
    for (const prober of this.#probers.values()) prober.unheard += milliseconds;
  }

  #admit(key: string, address: string, agent: string, now: number): Prober {
    if (this.#probers.size >= MOST_PROBERS) this.#forgetMostSilent();
    const prober: Prober = {
      address,
      agent,
      asked: 0,
      lastAsked: now,
      unheard: 0,
      interval: undefined,
      refusalsSeen: 0,
    };
    this.#probers.set(key, prober);
    return prober;
  }

  #forgetMostSilent(): void {
    let oldest: [string, Prober] | undefined;
    for (const entry of this.#probers) {
      if (!oldest || entry[1].lastAsked < oldest[1].lastAsked) oldest = entry;
    }
    if (oldest) this.#probers.delete(oldest[0]);
  }
}
