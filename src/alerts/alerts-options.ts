import { hostname } from 'node:os';
import { isRecord } from '../core/is-record.js';
import type { Duration } from '../options/duration.js';
import type { Faults } from '../options/faults.js';
import { OptionReader, type RuleTable } from '../options/option-reader.js';
import { type Rule, duration, nonBlank, oneOf, whole } from '../options/rules.js';
import { resolveEmail } from './resolve-email.js';
import { resolveWebhook } from './resolve-webhook.js';
import type { TargetSettings } from './target-settings.js';
import type { AlertTarget } from './webhook.js';

/** Options of `HealthAlertsModule.forRoot()`. */
export interface HealthAlertsOptions {
  /** Receivers of alerts, each made with `webhook({ url })` or `email({ … })`. Required. With an empty list no alert is sent. */
  readonly targets: readonly AlertTarget[];
  /**
   * Milliseconds that an outage or a recovery must last before its alert is sent. A shorter outage sends no alert, and a
   * shorter recovery does not end the outage. 0 sends each alert at once. Default: 10,000.
   */
  readonly debounce?: Duration;
  /** Number of alerts that may wait for each target. When more wait, the oldest is dropped and a warning is logged. Default: 100. */
  readonly queueSize?: number;
  /** Milliseconds that the shutdown waits at most for the delivery of waiting alerts. Default: 3000. */
  readonly shutdownTimeout?: Duration;
  /** Name of this instance in alerts. Default: the host name. Alerts for the fleet have the names of `HealthFleetModule`. */
  readonly instance?: string;
  /**
   * - `fleet` (default): together with `HealthFleetModule`, an outage on several instances of the service sends one message
   *   with their number, and one when the last of them has recovered. Without that module, the same as `instance`.
   * - `instance`: each instance sends its own messages.
   */
  readonly scope?: 'instance' | 'fleet';
}

export interface AlertsSettings {
  readonly targets: readonly TargetSettings[];
  readonly debounce: number;
  readonly queueSize: number;
  readonly shutdownTimeout: number;
  readonly instance: string;
  readonly scope: 'instance' | 'fleet';
}

const PLACE = 'HealthAlertsModule options';

const targets: Rule<readonly AlertTarget[]> = {
  expected: 'a list of targets, each made with webhook({ url }) or email({ transporter, from, recipients })',
  accepts: (value) =>
    Array.isArray(value) &&
    value.every((item) => isRecord(item) && (isRecord(item['webhook']) || isRecord(item['email']))),
};

const RULES = {
  targets,
  debounce: duration(0),
  queueSize: whole(1, 100_000),
  shutdownTimeout: duration(0),
  instance: nonBlank,
  scope: oneOf<'instance' | 'fleet'>(['instance', 'fleet']),
} satisfies RuleTable<HealthAlertsOptions>;

/** Checks the options and adds each configuration fault to `faults`. `known`: the names of the probes and groups. */
export function resolveAlertsOptions(
  options: HealthAlertsOptions,
  known: readonly string[],
  faults: Faults,
): AlertsSettings {
  const reader = new OptionReader(faults.at(PLACE), options);
  reader.refuseUnknown(RULES);
  const given: HealthAlertsOptions['targets'] | undefined = options?.targets;
  if (given === undefined) reader.at.option('targets').missing(targets);
  return {
    targets: reader.read('targets', RULES.targets, []).flatMap((target, index) => {
      const at = reader.at.option('targets').entry(index);
      return ('email' in target ? resolveEmail(target, known, at) : resolveWebhook(target, known, at)) ?? [];
    }),
    debounce: reader.read('debounce', RULES.debounce, 10_000),
    queueSize: reader.read('queueSize', RULES.queueSize, 100),
    shutdownTimeout: reader.read('shutdownTimeout', RULES.shutdownTimeout, 3000),
    instance: reader.read('instance', RULES.instance, hostname()),
    scope: reader.read('scope', RULES.scope, 'fleet'),
  };
}
