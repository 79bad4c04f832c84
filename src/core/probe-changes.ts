import { Listeners } from './listeners.js';
import { type Moment, moment } from './moment.js';
import type { HealthReport } from './report.js';
import { type ReportStatus, isFailing } from './status.js';

/** The status of a probe or a group has changed. */
export interface HealthProbeChange {
  readonly probe: string;
  readonly from: ReportStatus;
  readonly to: ReportStatus;
  readonly at: Date;
  /** How long, in milliseconds, the state that ended had lasted. Undefined when there was no earlier state. */
  readonly lasted: number | undefined;
  /** Why the application itself takes no traffic, whatever its indicators say: maintenance, shutting down. */
  readonly reason?: string;
}

type Listener = (change: HealthProbeChange) => unknown;

interface Watched {
  readonly listeners: Listeners<HealthProbeChange>;
  last: { readonly status: ReportStatus; readonly since: Moment } | undefined;
}

/** Derives the changes of probes from what is known of them, for as long as anybody listens. Runs nothing. */
export class ProbeChanges {
  readonly #peek: (probe: string) => HealthReport;
  readonly #isStarted: () => boolean;
  readonly #onFault: (fault: unknown) => void;
  readonly #watched = new Map<string, Watched>();
  #isScheduled = false;

  /** `isStarted`: before that nothing is known, whatever a probe says. */
  constructor(peek: (probe: string) => HealthReport, isStarted: () => boolean, onFault: (fault: unknown) => void) {
    this.#peek = peek;
    this.#isStarted = isStarted;
    this.#onFault = onFault;
  }

  /** What a probe is at when the first listener comes is no change. Throws `UnknownProbeError`. */
  add(probe: string, listener: Listener): () => void {
    const watched = this.#watched.get(probe) ?? this.#watch(probe);
    const end = watched.listeners.add(listener);
    return () => {
      end();
      if (watched.listeners.isEmpty && this.#watched.get(probe) === watched) this.#watched.delete(probe);
    };
  }

  /** The application's state may have changed. */
  compare(): void {
    for (const [probe, watched] of this.#watched) this.#compare(probe, watched);
  }

  /** A check has run. Of a probe that runs a thousand checks, one report is made, when all that are done have said so. */
  scheduleCompare(): void {
    if (this.#isScheduled || this.#watched.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.compare();
    }).unref();
  }

  #watch(probe: string): Watched {
    const report = this.#peek(probe);
    const watched: Watched = {
      listeners: new Listeners(this.#onFault),
      last: this.#isFirst(report) ? { status: report.status, since: moment() } : undefined,
    };
    this.#watched.set(probe, watched);
    return watched;
  }

  /** Whether it can be the first that is known: an application that starts is no outage. */
  #isFirst(report: HealthReport): boolean {
    return this.#isStarted() && !report.reason?.startsWith('starting') && isComplete(report);
  }

  #compare(probe: string, watched: Watched): void {
    const report = this.#peek(probe);
    const { last } = watched;
    const { status: to, reason } = report;
    if (last?.status === to || !(last ? isComplete(report) : this.#isFirst(report))) return;
    const now = moment();
    watched.last = { status: to, since: now };
    // As with indicators, a first status that is fine is no change.
    if (!last && !isFailing(to)) return;
    watched.listeners.emit({
      probe,
      from: last?.status ?? 'UNKNOWN',
      to,
      at: new Date(now.wall),
      lasted: last && now.elapsed - last.since.elapsed,
      ...(reason !== undefined && { reason }),
    });
  }
}

/**
 * Whether every indicator that counts has run: one that has not says nothing of the probe, which would wait for it, and
 * asks for no attention. Who is not critical and has not run would make it degraded.
 */
function isComplete({ status, details }: HealthReport): boolean {
  if (status === 'DOWN' || status === 'OUT_OF_SERVICE') return true;
  return Object.values(details).every((detail) => detail.status !== 'UNKNOWN' || detail.checked_at !== undefined);
}
