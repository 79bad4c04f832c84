import type { HealthStatus } from '../core/status.js';
import type { Alert, AlertSubject, Observation } from './alert.js';

/** What is known of a subject from its first bad status until it has been said that it is back. */
interface Outage {
  readonly began: Observation;
  /** The latest bad status. */
  bad: Observation;
  /** The first good status after it, while it is not certain that it lasts. */
  good: Observation | undefined;
  isAnnounced: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Makes of statuses that come and go one alert when something goes down and one when it is back. Each has to last for
 * the debounce, in both directions: what was good for a moment was never back.
 */
export class AlertTracker {
  readonly #bad: ReadonlySet<HealthStatus>;
  readonly #debounce: number;
  readonly #send: (alert: Alert) => void;
  readonly #outages = new Map<string, Outage>();
  #isClosing = false;

  constructor(bad: Iterable<HealthStatus>, debounce: number, send: (alert: Alert) => void) {
    this.#bad = new Set(bad);
    this.#debounce = debounce;
    this.#send = send;
  }

  observe(observation: Observation): void {
    const outage = this.#outages.get(keyOf(observation.subject));
    if (this.#bad.has(observation.status)) this.#worsened(outage, observation);
    else if (outage) this.#improved(outage, observation);
  }

  /** What is down by now and has been told so. */
  get open(): readonly Alert[] {
    return [...this.#outages.values()].filter(({ isAnnounced }) => isAnnounced).map(downAlert);
  }

  /** The application shuts down: from now on nothing goes down any more, and what is back is told at once. */
  close(): void {
    this.#isClosing = true;
    for (const outage of this.#outages.values()) {
      if (outage.good && outage.isAnnounced) this.#end(outage);
      else if (!outage.isAnnounced) this.#forget(outage);
    }
  }

  /** Clears every timer. */
  stop(): void {
    for (const outage of this.#outages.values()) this.#forget(outage);
  }

  #worsened(known: Outage | undefined, bad: Observation): void {
    if (known) {
      known.bad = bad;
      if (!known.good) return;
      known.good = undefined;
      clearTimeout(known.timer);
      return;
    }
    if (this.#isClosing) return;
    const outage: Outage = { began: bad, bad, good: undefined, isAnnounced: false, timer: undefined };
    this.#outages.set(keyOf(bad.subject), outage);
    this.#later(outage, () => {
      outage.isAnnounced = true;
      this.#send(downAlert(outage));
    });
  }

  #improved(outage: Outage, good: Observation): void {
    if (!outage.isAnnounced) return this.#forget(outage);
    const isFirst = outage.good === undefined;
    // How it is now, since when it was no longer bad.
    outage.good = { ...good, at: outage.good?.at ?? good.at };
    if (isFirst) this.#later(outage, () => this.#end(outage));
  }

  #end(outage: Outage): void {
    this.#forget(outage);
    const { began, good } = outage;
    if (good) {
      this.#send({ ...good, event: 'up', since: began.at, duration: good.at.elapsed - began.at.elapsed });
    }
  }

  #forget(outage: Outage): void {
    clearTimeout(outage.timer);
    this.#outages.delete(keyOf(outage.began.subject));
  }

  #later(outage: Outage, act: () => void): void {
    if (this.#debounce === 0 || this.#isClosing) return act();
    outage.timer = setTimeout(act, this.#debounce);
    outage.timer.unref();
  }
}

function downAlert({ began, bad }: Outage): Alert {
  return { ...bad, event: 'down', since: began.at };
}

export function keyOf({ kind, name }: AlertSubject): string {
  return `${kind} ${name}`;
}
