import type { Attributes, BatchObservableResult, Counter, Histogram, Meter, Observable } from '@opentelemetry/api';
import { HealthStatus, isFailing } from '../../core/status.js';
import { ResponseTally } from '../../metrics/response-tally.js';
import type { HealthMonitor, HealthRun } from '../../extension/health-monitor.js';
import { DRAIN_STEPS, PHASES, REPORT_STATUSES, STATUSES } from '../../metrics/state-sets.js';
import type { OpenTelemetrySettings } from './opentelemetry-options.js';

const MILLISECONDS = 1000;

type Read = (observe: (value: number, attributes: Attributes) => void) => void;

/**
 * The metrics of one application. What happens is counted as the monitor tells of it; what is, is read from the monitor
 * when the SDK collects, which makes no check run.
 */
export class HealthInstruments {
  readonly #meter: Meter;
  readonly #settings: OpenTelemetrySettings;
  readonly #monitor: HealthMonitor;
  readonly #tally = new ResponseTally();
  readonly #observed = new Map<Observable, Read>();
  readonly #lastSuccess = new Map<string, number>();
  readonly #admitted = new Set<string>();
  readonly #runs: Counter;
  readonly #timeouts: Counter;
  readonly #changes: Counter;
  readonly #answers: Counter;
  readonly #durations: Histogram;

  constructor(meter: Meter, settings: OpenTelemetrySettings, monitor: HealthMonitor) {
    this.#meter = meter;
    this.#settings = settings;
    this.#monitor = monitor;
    this.#observeStates();
    this.#observeIndicators();
    this.#changes = meter.createCounter('health.indicator.status_changes', {
      description: 'How often the status of an indicator has changed.',
      unit: '{change}',
    });
    this.#runs = meter.createCounter('health.check.runs', {
      description: 'Runs of a check, by what came of each.',
      unit: '{run}',
    });
    this.#timeouts = meter.createCounter('health.check.timeouts', {
      description: 'Runs of a check that ran out of time.',
      unit: '{run}',
    });
    this.#durations = meter.createHistogram('health.check.duration', {
      description:
        'How long the runs of a check took. Neither an answer from memory nor a check that was skipped is a run.',
      unit: 's',
      advice: { explicitBucketBoundaries: [...settings.buckets] },
    });
    this.#answers = meter.createCounter('health.probe.answers', {
      description: 'Answers given over HTTP, by status code and kind of caller.',
      unit: '{answer}',
    });
  }

  /** Begins to count, and to be read. Returns what ends both. */
  listen(): () => void {
    const observables = [...this.#observed.keys()];
    const collect = (result: BatchObservableResult): void => {
      this.#count();
      for (const [observable, read] of this.#observed) {
        read((value, attributes) => result.observe(observable, value, attributes));
      }
    };
    this.#meter.addBatchObservableCallback(collect, observables);
    const ends = [
      this.#monitor.onRun((run) => this.#ran(run)),
      this.#monitor.onChange(({ indicator }) => this.#changes.add(1, { indicator })),
      this.#monitor.onResponse((answer) => this.#tally.add(answer)),
    ];
    return () => {
      for (const end of ends) end();
      // The SDK is shut down after the application, and collects once more then.
      this.#count();
      this.#meter.removeBatchObservableCallback(collect, observables);
    };
  }

  /** What has to be counted by the time somebody reads it. */
  #count(): void {
    for (const { name } of this.#monitor.indicators) this.#admit(name);
    for (const { probe, statusCode, prober, count } of this.#tally.take()) {
      this.#answers.add(count, { probe, code: String(statusCode), prober });
    }
  }

  #ran({ indicator, outcome, isTimeout, duration, finishedAt }: HealthRun): void {
    this.#admit(indicator);
    this.#runs.add(1, { indicator, outcome });
    if (outcome === HealthStatus.SKIPPED) return;
    this.#durations.record(duration / MILLISECONDS, { indicator });
    if (isTimeout) this.#timeouts.add(1, { indicator });
    if (!isFailing(outcome)) this.#lastSuccess.set(indicator, finishedAt.getTime() / MILLISECONDS);
  }

  /** A series that began with its first event would be missing until then, and no increase would show that event. */
  #admit(indicator: string): void {
    if (this.#admitted.has(indicator)) return;
    this.#admitted.add(indicator);
    for (const outcome of STATUSES) this.#runs.add(0, { indicator, outcome });
    this.#timeouts.add(0, { indicator });
    this.#changes.add(0, { indicator });
  }

  #observeStates(): void {
    const monitor = this.#monitor;
    this.#sum(
      'health.application.phase',
      'Where the application is in its life: 1 for that phase.',
      '{application}',
      (observe) => {
        for (const phase of PHASES) observe(Number(phase === monitor.state.phase), { phase });
      },
    );
    this.#sum(
      'health.drain.step',
      'What a shutdown is at: 1 for that step. All are 0 before.',
      '{application}',
      (observe) => {
        for (const step of DRAIN_STEPS) observe(Number(step === monitor.state.drainStep), { step });
      },
    );
    this.#sum('health.probe.status', 'What is known of a probe or a group: 1 for its status.', '{probe}', (observe) => {
      for (const probe of monitor.probes) {
        const known = monitor.peek(probe).status;
        for (const status of REPORT_STATUSES) observe(Number(status === known), { probe, status });
      }
    });
    this.#sum(
      'health.indicator.status',
      'What is known of an indicator: 1 for its status.',
      '{indicator}',
      (observe) => {
        for (const [indicator, known] of Object.entries(monitor.peek('deep').details)) {
          for (const status of STATUSES) observe(Number(status === known.status), { indicator, status });
        }
      },
    );
    this.#sum(
      'health.indicator.info',
      'What an indicator was set to; always 1. critical: it alone can make a probe fail.',
      '{indicator}',
      (observe) => {
        for (const { name, critical } of monitor.indicators) {
          observe(1, { indicator: name, critical: String(critical) });
        }
      },
    );
  }

  #observeIndicators(): void {
    const monitor = this.#monitor;
    this.#sum(
      'health.check.stray_runs',
      'Runs of a check that go on after their time was over.',
      '{run}',
      (observe) => {
        for (const { name, strayRuns } of monitor.indicators) observe(strayRuns, { indicator: name });
      },
    );
    this.#gauge(
      'health.check.last_success_timestamp',
      'When a run of a check last came to UP or DEGRADED, in seconds since 1970. Absent: none has.',
      's',
      (observe) => {
        for (const [indicator, at] of this.#lastSuccess) observe(at, { indicator });
      },
    );
    this.#gauge('health.indicator.data', 'A number that an indicator reported with its last result.', '', (observe) => {
      for (const [indicator, { data = {} }] of Object.entries(monitor.peek('deep').details)) {
        for (const name of this.#settings.data) {
          const value = data[name];
          if (typeof value === 'number') observe(value, { indicator, name });
        }
      }
    });
  }

  /** What can be summed over the instances of a service. */
  #sum(name: string, description: string, unit: string, read: Read): void {
    this.#observed.set(this.#meter.createObservableUpDownCounter(name, { description, unit }), read);
  }

  #gauge(name: string, description: string, unit: string, read: Read): void {
    this.#observed.set(this.#meter.createObservableGauge(name, { description, unit }), read);
  }
}
