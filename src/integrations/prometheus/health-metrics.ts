import type { Counter, Gauge, Histogram, Metric, Registry, RegistryContentType } from 'prom-client';
import { HealthStatus, isFailing } from '../../core/status.js';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
import { ResponseTally } from '../../metrics/response-tally.js';
import type { HealthMonitor, HealthRun } from '../../extension/health-monitor.js';
import { DRAIN_STEPS, PHASES, REPORT_STATUSES, STATUSES } from '../../metrics/state-sets.js';
import type { PromClient } from './prom-client.js';
import { type PrometheusSettings, metricTaken } from './prometheus-options.js';

const MILLISECONDS = 1000;

/** What every metric is made with. */
interface Common<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
  readonly registers: Registry[];
}

/**
 * The metrics of one application. What happens is counted as the monitor tells of it; what is, is read from the monitor
 * when somebody reads the metrics, which makes no check run.
 */
export class HealthMetrics {
  /** Them and nothing else. */
  readonly registry: Registry;
  readonly #client: PromClient;
  readonly #settings: PrometheusSettings;
  readonly #monitor: HealthMonitor;
  readonly #answers = new ResponseTally();
  readonly #metrics = new Map<string, Metric>();
  readonly #runs: Counter<'indicator' | 'outcome'>;
  readonly #timeouts: Counter<'indicator'>;
  readonly #changes: Counter<'indicator'>;
  readonly #durations: Histogram<'indicator'>;
  readonly #lastSuccess: Gauge<'indicator'>;
  readonly #admitted = new Set<string>();

  constructor(client: PromClient, settings: PrometheusSettings, monitor: HealthMonitor) {
    this.#client = client;
    this.#settings = settings;
    this.#monitor = monitor;
    this.registry = new client.Registry();

    this.#gauge(
      'service_info',
      'What the service says of itself; always 1.',
      ['name', 'version', 'environment', 'commit'],
      (set) => {
        const { uptime_seconds: _, ...identity } = monitor.peek('live').service_info;
        set({ ...identity }, 1);
      },
    );
    this.#gauge('application_phase', 'Where the application is in its life: 1 for that phase.', ['phase'], (set) => {
      for (const phase of PHASES) set({ phase }, Number(phase === monitor.state.phase));
    });
    this.#gauge('drain_step', 'What a shutdown is at: 1 for that step. All are 0 before.', ['step'], (set) => {
      for (const step of DRAIN_STEPS) set({ step }, Number(step === monitor.state.drainStep));
    });
    this.#gauge(
      'probe_status',
      'What is known of a probe or a group: 1 for its status.',
      ['probe', 'status'],
      (set) => {
        for (const probe of monitor.probes) {
          const known = monitor.peek(probe).status;
          for (const status of REPORT_STATUSES) set({ probe, status }, Number(status === known));
        }
      },
    );
    this.#gauge(
      'indicator_status',
      'What is known of an indicator: 1 for its status.',
      ['indicator', 'status'],
      (set) => {
        for (const [indicator, known] of Object.entries(monitor.peek('deep').details)) {
          for (const status of STATUSES) set({ indicator, status }, Number(status === known.status));
        }
      },
    );
    this.#gauge(
      'indicator_info',
      'What an indicator was set to; always 1. critical: it alone can make a probe fail.',
      ['indicator', 'critical'],
      (set) => {
        for (const { name, critical } of monitor.indicators) set({ indicator: name, critical: String(critical) }, 1);
      },
    );
    this.#gauge(
      'indicator_data',
      'A number that an indicator reported with its last result.',
      ['indicator', 'name'],
      (set) => {
        for (const [indicator, { data = {} }] of Object.entries(monitor.peek('deep').details)) {
          for (const name of settings.data) {
            const value = data[name];
            if (typeof value === 'number') set({ indicator, name }, value);
          }
        }
      },
    );
    this.#gauge('check_stray_runs', 'Runs of a check that go on after their time was over.', ['indicator'], (set) => {
      for (const { name, strayRuns } of monitor.indicators) set({ indicator: name }, strayRuns);
    });
    this.#changes = this.#counter(
      'indicator_status_changes_total',
      'How often the status of an indicator has changed.',
      ['indicator'],
    );
    this.#runs = this.#counter('check_runs_total', 'Runs of a check, by what came of each.', ['indicator', 'outcome']);
    this.#timeouts = this.#counter('check_timeouts_total', 'Runs of a check that ran out of time.', ['indicator']);
    this.#durations = this.#keep(
      'check_duration_seconds',
      'How long the runs of a check took. Neither an answer from memory nor a check that was skipped is a run.',
      ['indicator'],
      (common) => new client.Histogram({ ...common, buckets: [...settings.buckets], collect: () => this.#admitAll() }),
    );
    this.#lastSuccess = this.#keep(
      'check_last_success_timestamp_seconds',
      'When a run of a check last came to UP or DEGRADED, in seconds since 1970. Absent: none has.',
      ['indicator'],
      (common) => new client.Gauge(common),
    );
    const answers = this.#counter(
      'probe_answers_total',
      'Answers given over HTTP, by status code and kind of caller.',
      ['probe', 'code', 'prober'],
      () => {
        for (const { probe, statusCode, prober, count } of this.#answers.take()) {
          answers.inc({ probe, code: String(statusCode), prober }, count);
        }
      },
    );
  }

  /** Puts the metrics beside those of the application. Throws if a name is taken. */
  joinTo(registry: Registry<RegistryContentType>): void {
    const taken = [...this.#metrics.keys()].filter((name) => registry.getSingleMetric(name));
    if (taken.length > 0) throw new HealthConfigurationError(taken.map(metricTaken));
    for (const metric of this.#metrics.values()) registry.registerMetric(metric);
  }

  leave(registry: Registry<RegistryContentType>): void {
    for (const [name, metric] of this.#metrics) {
      if (registry.getSingleMetric(name) === metric) registry.removeSingleMetric(name);
    }
  }

  /** Begins to count. Returns what ends it. */
  listen(): () => void {
    const ends = [
      this.#monitor.onRun((run) => this.#ran(run)),
      this.#monitor.onChange(({ indicator }) => this.#changes.inc({ indicator })),
      this.#monitor.onResponse((answer) => this.#answers.add(answer)),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  #ran({ indicator, outcome, isTimeout, duration, finishedAt }: HealthRun): void {
    this.#admit(indicator);
    this.#runs.inc({ indicator, outcome });
    if (outcome === HealthStatus.SKIPPED) return;
    this.#durations.observe({ indicator }, duration / MILLISECONDS);
    if (isTimeout) this.#timeouts.inc({ indicator });
    if (!isFailing(outcome)) this.#lastSuccess.set({ indicator }, finishedAt.getTime() / MILLISECONDS);
  }

  #admitAll(): void {
    for (const { name } of this.#monitor.indicators) this.#admit(name);
  }

  /** A series that began with its first event would be missing until then, and no increase would show that event. */
  #admit(indicator: string): void {
    if (this.#admitted.has(indicator)) return;
    this.#admitted.add(indicator);
    for (const outcome of STATUSES) this.#runs.inc({ indicator, outcome }, 0);
    this.#timeouts.inc({ indicator }, 0);
    this.#changes.inc({ indicator }, 0);
    this.#durations.zero({ indicator });
  }

  #counter<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    collect: () => void = () => this.#admitAll(),
  ): Counter<Label> {
    return this.#keep(name, help, labelNames, (common) => new this.#client.Counter({ ...common, collect }));
  }

  /** One that is made up anew whenever it is read. */
  #gauge<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: (set: (labels: Partial<Record<Label, string>>, value: number) => void) => void,
  ): void {
    const gauge: Gauge<Label> = this.#keep(name, help, labelNames, (common) => {
      const collect = (): void => {
        gauge.reset();
        read((labels, value) => gauge.set(labels, value));
      };
      return new this.#client.Gauge({ ...common, collect });
    });
  }

  #keep<Label extends string, Kind extends Metric<Label>>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    make: (common: Common<Label>) => Kind,
  ): Kind {
    const fullName = this.#settings.prefix + name;
    const metric = make({ name: fullName, help, labelNames, registers: [this.registry] });
    this.#metrics.set(fullName, metric);
    return metric;
  }
}
