import { flatDetails } from './composite-detail.js';
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
  /** How long the previous status lasted, in milliseconds. Undefined when there was no earlier status. */
  readonly lasted: number | undefined;
  /** Why the application itself accepts no traffic, whatever its indicators report: maintenance, shutting down. */
  readonly reason?: string;
}

type Listener = (change: HealthProbeChange) => unknown;

interface Watched {
  readonly listeners: Listeners<HealthProbeChange>;
  last: { readonly status: ReportStatus; readonly since: Moment } | undefined;
}

/** Derives the status changes of probes from existing results, while there is a listener. Runs nothing. */
export class ProbeChanges {
  readonly #peek: (probe: string) => HealthReport;
  readonly #isStarted: () => boolean;
  readonly #onFault: (fault: unknown) => void;
  readonly #watched = new Map<string, Watched>();
  #isScheduled = false;

  /** `isStarted`: whether the application has started. Before that, the status of a probe has no meaning. */
  constructor(peek: (probe: string) => HealthReport, isStarted: () => boolean, onFault: (fault: unknown) => void) {
    this.#peek = peek;
    this.#isStarted = isStarted;
    this.#onFault = onFault;
  }

  /** The status of the probe at the moment when its first listener is added is not a change. Throws `UnknownProbeError`. */
  add(probe: string, listener: Listener): () => void {
    const watched = this.#watched.get(probe) ?? this.#watch(probe);
    const end = watched.listeners.add(listener);
    return () => {
      end();
      if (watched.listeners.isEmpty && this.#watched.get(probe) === watched) this.#watched.delete(probe);
    };
  }

  /** Call it when the application's state may have changed. */
  compare(): void {
    for (const [probe, watched] of this.#watched) this.#compare(probe, watched);
  }

  /** Call it when a check has run. For all checks that finish in one turn of the event loop, one report is composed. */
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

  /** Whether the report can be the first to compare with. An application that is starting has no outage. */
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
    // As with indicators, a first status that passes is not a change.
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
 * Whether every indicator has run. An indicator that has not run yet is UNKNOWN, and would make the probe UNKNOWN, or
 * DEGRADED if it is not critical; that is not reported as a change.
 */
function isComplete({ status, details }: HealthReport): boolean {
  if (status === 'DOWN' || status === 'OUT_OF_SERVICE') return true;
  // A composite has no run of its own: its parts decide.
  return [...flatDetails(details)].every(
    ([, detail]) => detail.details !== undefined || detail.status !== 'UNKNOWN' || detail.checked_at !== undefined,
  );
}
