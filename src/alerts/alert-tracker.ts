import { partName } from '../core/composite.js';
import type { HealthStatus } from '../core/status.js';
import type { Alert, AlertSubject, Observation } from './alert.js';

/** An outage of a subject, from its first bad status until the recovery is announced or the outage is discarded. */
interface Outage {
  readonly began: Observation;
  /** The latest bad status. */
  bad: Observation;
  /** The latest good status, while the debounce of the recovery runs. */
  good: Observation | undefined;
  isAnnounced: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Turns status changes into one alert for each outage and one for its recovery. Both must last for the debounce: a
 * shorter outage sends no alert, and a shorter recovery does not end the outage. With `inhibitsParts`, the outage of a part
 * sends no alert during the outage of its composite: both have one cause.
 */
export class AlertTracker {
  readonly #bad: ReadonlySet<HealthStatus>;
  readonly #debounce: number;
  readonly #send: (alert: Alert) => void;
  readonly #inhibitsParts: boolean;
  readonly #outages = new Map<string, Outage>();
  #isClosing = false;

  constructor(
    bad: Iterable<HealthStatus>,
    debounce: number,
    send: (alert: Alert) => void,
    { inhibitsParts = false }: { readonly inhibitsParts?: boolean } = {},
  ) {
    this.#bad = new Set(bad);
    this.#debounce = debounce;
    this.#send = send;
    this.#inhibitsParts = inhibitsParts;
  }

  observe(observation: Observation): void {
    const outage = this.#outages.get(keyOf(observation.subject));
    if (this.#bad.has(observation.status)) this.#recordBad(outage, observation);
    else if (outage) this.#recordGood(outage, observation);
  }

  /**
   * The subject was removed. An announced outage ends at once, because no later status would end it. During the drain it
   * stays open, because the next process finds the same outage.
   */
  end(last: Observation): void {
    const outage = this.#outages.get(keyOf(last.subject));
    if (!outage || this.#isClosing) return;
    outage.good = { ...last, critical: outage.began.critical };
    if (outage.isAnnounced) this.#end(outage);
    else this.#discard(outage);
  }

  /** Alerts of the outages that are announced and not over. */
  get open(): readonly Alert[] {
    return [...this.#outages.values()].filter(({ isAnnounced }) => isAnnounced).map(downAlert);
  }

  /** Call it when the drain begins: new outages are ignored from then on, and recoveries are announced at once. */
  close(): void {
    this.#isClosing = true;
    for (const outage of this.#outages.values()) {
      if (outage.good && outage.isAnnounced) this.#end(outage);
      else if (!outage.isAnnounced) this.#discard(outage);
    }
  }

  /** Clears every timer. */
  stop(): void {
    for (const outage of this.#outages.values()) this.#discard(outage);
  }

  #recordBad(known: Outage | undefined, bad: Observation): void {
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
    this.#announceLater(outage);
  }

  #announceLater(outage: Outage): void {
    const composite = this.#inhibitsParts ? compositeOf(outage) : undefined;
    const announce = (): void => {
      const inhibiting = composite === undefined ? undefined : this.#outages.get(composite);
      // `#discard()` of that outage calls again.
      if (inhibiting && !inhibiting.good) return;
      outage.isAnnounced = true;
      this.#send(downAlert(outage));
    };
    // The composite changes after its part, so its outage is known only later.
    if (composite !== undefined) this.#startTimer(outage, announce);
    else this.#afterDebounce(outage, announce);
  }

  #recordGood(outage: Outage, good: Observation): void {
    if (!outage.isAnnounced) return this.#discard(outage);
    const isFirst = outage.good === undefined;
    // The status is the latest one. The end is the time of the first good one.
    outage.good = { ...good, at: outage.good?.at ?? good.at };
    if (isFirst) this.#afterDebounce(outage, () => this.#end(outage));
  }

  #end(outage: Outage): void {
    this.#discard(outage);
    const { began, good } = outage;
    if (good) {
      this.#send({ ...good, event: 'up', since: began.at, duration: good.at.elapsed - began.at.elapsed });
    }
  }

  #discard(outage: Outage): void {
    clearTimeout(outage.timer);
    const key = keyOf(outage.began.subject);
    this.#outages.delete(key);
    if (!this.#inhibitsParts || this.#isClosing) return;
    for (const part of this.#outages.values()) {
      if (compositeOf(part) === key && !part.isAnnounced) this.#announceLater(part);
    }
  }

  #afterDebounce(outage: Outage, act: () => void): void {
    if (this.#debounce === 0 || this.#isClosing) act();
    else this.#startTimer(outage, act);
  }

  #startTimer(outage: Outage, act: () => void): void {
    clearTimeout(outage.timer);
    outage.timer = setTimeout(act, this.#debounce).unref();
  }
}

function downAlert({ began, bad }: Outage): Alert {
  return { ...bad, event: 'down', since: began.at };
}

/** The key of the composite, if the subject is a part of one. */
function compositeOf({ began: { subject } }: Outage): string | undefined {
  const composite = partName(subject.name)?.composite;
  return composite === undefined ? undefined : keyOf({ ...subject, name: composite });
}

export function keyOf({ kind, name }: AlertSubject): string {
  return `${kind} ${name}`;
}
