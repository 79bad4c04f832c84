import { flatDetails } from '../core/composite-detail.js';
import type { ReportedSource } from '../core/reported-source.js';
import { HEALTH_STATUSES, REPORT_STATUSES } from '../core/status.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import { FLEET_METRICS } from './fleet-metrics.js';
import type { CounterMetric, HealthMetric, HistogramMetric } from './metric.js';
import { DRAIN_STEPS, PHASES } from './state-sets.js';

export const STATUS_CHANGES: CounterMetric = {
  kind: 'counter',
  name: 'indicator.status_changes',
  help: 'Changes of the status of an indicator.',
  unit: '{change}',
  labels: ['indicator'],
};

export const CHECK_RUNS: CounterMetric = {
  kind: 'counter',
  name: 'check.runs',
  help: 'Check runs by outcome.',
  unit: '{run}',
  labels: ['indicator', 'outcome'],
};

export const CHECK_TIMEOUTS: CounterMetric = {
  kind: 'counter',
  name: 'check.timeouts',
  help: 'Check runs that timed out.',
  unit: '{run}',
  labels: ['indicator'],
};

export const CHECK_DURATION: HistogramMetric = {
  kind: 'histogram',
  name: 'check.duration',
  help: 'Duration of check runs. Cached results and skipped checks are not counted.',
  unit: 's',
  labels: ['indicator'],
};

export const PROBE_RESPONSES: CounterMetric = {
  kind: 'counter',
  name: 'probe.responses',
  help: 'HTTP responses to probes by status code and kind of prober.',
  unit: '{response}',
  labels: ['probe', 'code', 'prober'],
};

export const STALLS: CounterMetric = {
  kind: 'counter',
  name: 'event_loop.stalls',
  help: 'Stalls of the event loop that the watchdog has reported.',
  unit: '{stall}',
  labels: [],
};

export const STALL_DURATION: HistogramMetric = {
  kind: 'histogram',
  name: 'event_loop.stall',
  help: 'Duration of stalls of the event loop that the watchdog has reported.',
  unit: 's',
  labels: [],
  buckets: [0.5, 1, 2.5, 5, 10, 30, 60, 300],
};

/** Every metric that is exported, in the order of the export. */
export const METRICS: readonly HealthMetric[] = [
  {
    kind: 'gauge',
    name: 'service.info',
    help: 'Name, version, environment and commit of the service. Always 1.',
    unit: '',
    labels: ['name', 'version', 'environment', 'commit'],
    isResource: true,
    read({ monitor }, observe) {
      const { uptime_seconds: _, ...identity } = monitor.peek('live').service_info;
      observe(1, { ...identity });
    },
  },
  {
    kind: 'sum',
    name: 'application.phase',
    help: 'Phase of the application: 1 for the current phase, 0 for the others.',
    unit: '{application}',
    labels: ['phase'],
    read({ monitor }, observe) {
      for (const phase of PHASES) observe(Number(phase === monitor.state.phase), { phase });
    },
  },
  {
    kind: 'sum',
    name: 'drain.step',
    help: 'Step of the shutdown: 1 for the current step, 0 for the others. All are 0 before the shutdown.',
    unit: '{application}',
    labels: ['step'],
    read({ monitor }, observe) {
      for (const step of DRAIN_STEPS) observe(Number(step === monitor.state.drainStep), { step });
    },
  },
  {
    kind: 'sum',
    name: 'probe.status',
    help: 'Status of a probe or a group: 1 for the current status, 0 for the others.',
    unit: '{probe}',
    labels: ['probe', 'status'],
    read({ monitor }, observe) {
      for (const probe of monitor.probes) {
        const known = monitor.peek(probe).status;
        for (const status of REPORT_STATUSES) observe(Number(status === known), { probe, status });
      }
    },
  },
  {
    kind: 'sum',
    name: 'indicator.status',
    help: 'Status of an indicator: 1 for the current status, 0 for the others.',
    unit: '{indicator}',
    labels: ['indicator', 'status'],
    read({ monitor }, observe) {
      for (const [indicator, known] of flatDetails(monitor.peek('deep').details)) {
        for (const status of HEALTH_STATUSES) observe(Number(status === known.status), { indicator, status });
      }
    },
  },
  {
    kind: 'sum',
    name: 'indicator.info',
    help: 'Options of an indicator. Always 1. critical="true": its failure makes its probes fail.',
    unit: '{indicator}',
    labels: ['indicator', 'critical'],
    read({ monitor }, observe) {
      for (const { name, critical } of monitor.indicators) {
        observe(1, { indicator: name, critical: String(critical) });
      }
    },
  },
  {
    kind: 'sum',
    name: 'override.active',
    help: 'Whether options of an indicator are currently overridden: 1 or 0.',
    unit: '{override}',
    labels: ['indicator'],
    read({ monitor }, observe) {
      const overridden = new Set(monitor.overrides.map(({ indicator }) => indicator));
      for (const { name } of monitor.indicators) observe(Number(overridden.has(name)), { indicator: name });
    },
  },
  {
    kind: 'sum',
    name: 'indicator.shared_outage',
    help: 'Whether ready tolerates a failure of this shared indicator: 1 or 0.',
    unit: '{indicator}',
    labels: ['indicator'],
    read({ monitor }, observe) {
      const details = new Map(flatDetails(monitor.peek('ready').details));
      for (const { name } of monitor.indicators) {
        observe(Number(details.get(name)?.shared !== undefined), { indicator: name });
      }
    },
  },
  {
    kind: 'sum',
    name: 'source.connected',
    help: 'Whether a source of options is connected: 1 or 0.',
    unit: '{source}',
    labels: ['source'],
    read({ monitor }, observe) {
      for (const { name, connected } of sourcesOf(monitor)) observe(Number(connected), { source: name });
    },
  },
  {
    kind: 'sum',
    name: 'source.refused_entries',
    help: 'Entries of a source of options that are refused.',
    unit: '{entry}',
    labels: ['source'],
    read({ monitor }, observe) {
      for (const { name, refused = 0 } of sourcesOf(monitor)) observe(refused, { source: name });
    },
  },
  {
    kind: 'gauge',
    name: 'indicator.data',
    help: 'A number from the data of the last result of an indicator.',
    unit: '',
    labels: ['indicator', 'name'],
    read(source, observe) {
      for (const [indicator, { data = {} }] of flatDetails(source.monitor.peek('deep').details)) {
        for (const name of source.data) {
          const value = data[name];
          if (typeof value === 'number') observe(value, { indicator, name });
        }
      }
    },
  },
  {
    kind: 'sum',
    name: 'check.stray_runs',
    help: 'Check runs that have timed out and have not ended.',
    unit: '{run}',
    labels: ['indicator'],
    read({ monitor }, observe) {
      for (const { name, strayRuns } of monitor.indicators) observe(strayRuns, { indicator: name });
    },
  },
  STATUS_CHANGES,
  CHECK_RUNS,
  CHECK_TIMEOUTS,
  CHECK_DURATION,
  {
    kind: 'gauge',
    name: 'check.last_success_timestamp',
    help: 'Time of the last run with the outcome UP or DEGRADED, in seconds since 1970. Absent before the first.',
    unit: 's',
    labels: ['indicator'],
    read({ lastSuccess }, observe) {
      for (const [indicator, at] of lastSuccess) observe(at, { indicator });
    },
  },
  PROBE_RESPONSES,
  STALLS,
  STALL_DURATION,
  ...FLEET_METRICS,
];

function sourcesOf(monitor: HealthMonitor): readonly ReportedSource[] {
  return monitor.peek('live').sources ?? [];
}
