import type { LoggerService } from '@nestjs/common';
import type { HealthChange } from '../core/health-change.js';
import { elapsed } from '../core/moment.js';
import type { HealthProbeChange } from '../core/probe-changes.js';
import { HealthStatus } from '../core/status.js';
import type { HealthMonitor, HealthRun } from '../extension/health-monitor.js';
import type { HealthOverride, OverrideEvent } from '../extension/health-override.js';
import { flatDetails } from '../core/composite-detail.js';
import type { AlertSubject, Observation } from './alert.js';
import { AlertChannel } from './alert-channel.js';
import type { AlertsSettings } from './alerts-options.js';
import type { AlertSender } from './alert-formats.js';
import { StallAlerts } from './stall-alerts.js';
import { topicsOf } from './fleet/topics.js';

/** Observes the health of the application and passes each change on to all targets. */
export class HealthAlerts {
  readonly #settings: AlertsSettings;
  readonly #monitor: HealthMonitor;
  readonly #logger: LoggerService;
  readonly #channels: readonly AlertChannel[];
  readonly #stalls: StallAlerts;
  readonly #ends: readonly (() => void)[];
  /** Indicators that were disabled for a time and have not run since. */
  readonly #resumed = new Set<string>();

  constructor(settings: AlertsSettings, monitor: HealthMonitor, logger: LoggerService) {
    this.#settings = settings;
    this.#monitor = monitor;
    this.#logger = logger;
    const { targets, instance } = settings;
    const sender = (): AlertSender => {
      const { uptime_seconds: _uptime, ...service } = monitor.peek('live').service_info;
      return { service, instance };
    };
    this.#channels = targets.map((target) => new AlertChannel(target, settings, sender, logger));
    this.#stalls = new StallAlerts((alert) => {
      for (const channel of this.#channels) channel.sendStall(alert);
    });
    const probes = new Set(targets.flatMap((target) => target.probes));
    this.#ends = [
      monitor.onState(() => this.#closeIfDraining()),
      monitor.onChange((change) => {
        if (!this.#isSilenced(change.indicator)) this.#observe(ofIndicator(change));
      }),
      monitor.onOverride((event) => this.#followOverride(event)),
      monitor.onRun((run) => {
        // If the outage lasts longer than the override, there is no change of the status.
        if (this.#resumed.delete(run.indicator)) this.#observe(ofRun(run, this.#isCritical(run.indicator)));
      }),
      monitor.onRemoved((indicator) => {
        this.#resumed.delete(indicator);
        for (const channel of this.#channels) channel.end(ofRemoved(indicator));
      }),
      monitor.onStall((stall) => {
        if (monitor.state.phase !== 'draining') this.#stalls.record(stall);
      }),
      ...[...probes].map((probe) => monitor.onProbeChange(probe, (change) => this.#observe(ofProbe(change)))),
    ];
  }

  /** Joins the fleet, if there is one. Call it when all modules exist. */
  start(): void {
    const { targets, scope } = this.#settings;
    const { fleet } = this.#monitor;
    if (!fleet || scope === 'instance') return;
    const topics = topicsOf(targets);
    for (const [index, channel] of this.#channels.entries()) {
      channel.join(fleet, topics[index] ?? '', (subject) => this.#ownStatus(subject));
    }
  }

  /** A warning and not a fault: an unknown name may belong to a module that is loaded later. */
  warnAboutUnknown(): void {
    const known = new Map(flatDetails(this.#monitor.peek('deep').details));
    const named = new Set(this.#settings.targets.flatMap(({ indicators = [] }) => indicators));
    for (const name of named) {
      if (!known.has(name))
        this.#logger.warn(
          `HealthAlertsModule: the target option "indicators" names "${name}", but there is no indicator or composite with this name`,
        );
    }
  }

  async stop(): Promise<void> {
    for (const end of this.#ends) end();
    this.#stalls.end();
    await Promise.all(this.#channels.map((channel) => channel.stop(this.#settings.shutdownTimeout)));
  }

  /** An indicator that is disabled for a time sends no alert. An open alert ends with the reason, because no run would end it. */
  #followOverride(event: OverrideEvent): void {
    const { override } = event;
    if (override.options.enabled !== false) {
      if (event.kind === 'begun' && event.replaced?.options.enabled === false) this.#resumed.add(override.indicator);
      return;
    }
    if (event.kind !== 'begun') {
      this.#resumed.add(override.indicator);
      return;
    }
    this.#resumed.delete(override.indicator);
    for (const channel of this.#channels) channel.end(ofSilenced(override));
  }

  #isSilenced(indicator: string): boolean {
    return this.#monitor.overrides.some((each) => each.indicator === indicator && each.options.enabled === false);
  }

  #ownStatus({ kind, name }: AlertSubject): HealthStatus | undefined {
    if (kind === 'probe') return this.#monitor.probes.includes(name) ? this.#monitor.peek(name).status : undefined;
    for (const [indicator, { status }] of flatDetails(this.#monitor.peek('deep').details)) {
      if (indicator === name) return status;
    }
    return undefined;
  }

  #isCritical(indicator: string): boolean {
    return this.#monitor.indicators.find(({ name }) => name === indicator)?.critical ?? true;
  }

  #observe(observation: Observation): void {
    // The change of a probe at the drain is notified before the change of the phase.
    this.#closeIfDraining();
    for (const channel of this.#channels) channel.observe(observation);
  }

  #closeIfDraining(): void {
    if (this.#monitor.state.phase !== 'draining') return;
    // No stall is recorded from now on, and no other instance can end the alert.
    this.#stalls.end();
    for (const channel of this.#channels) channel.close();
  }
}

/** Leaves out `cause`, which may contain secrets. */
function ofIndicator({ indicator, critical, to, at, error, message, code }: HealthChange): Observation {
  return {
    ...observed({ kind: 'indicator', name: indicator }, critical, to, at, error ?? message),
    ...(code !== undefined && { code }),
  };
}

function ofRemoved(indicator: string): Observation {
  const subject = { kind: 'indicator', name: indicator } as const;
  return observed(subject, true, HealthStatus.SKIPPED, new Date(), 'the indicator was removed');
}

function ofSilenced({ indicator, reason, by, until }: HealthOverride): Observation {
  const subject = { kind: 'indicator', name: indicator } as const;
  const text = `disabled by ${by ?? 'the application'} until ${until.toISOString()}: ${reason}`;
  return observed(subject, true, HealthStatus.SKIPPED, new Date(), text);
}

function ofRun({ indicator, status, finishedAt, error, message, code }: HealthRun, critical: boolean): Observation {
  return {
    ...observed({ kind: 'indicator', name: indicator }, critical, status, finishedAt, error ?? message),
    ...(code !== undefined && { code }),
  };
}

function ofProbe({ probe, to, at, reason }: HealthProbeChange): Observation {
  return observed({ kind: 'probe', name: probe }, true, to, at, reason);
}

function observed(
  subject: Observation['subject'],
  critical: boolean,
  status: Observation['status'],
  at: Date,
  error: string | undefined,
): Observation {
  return {
    subject,
    critical,
    status,
    at: { elapsed: elapsed(), wall: at.getTime() },
    ...(error !== undefined && { error }),
  };
}
