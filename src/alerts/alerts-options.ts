import { hostname } from 'node:os';
import { isRecord } from '../core/is-record.js';
import { HealthStatus, isHealthStatus } from '../core/status.js';
import { probeUnknown } from '../errors/messages.js';
import type { Duration } from '../options/duration.js';
import type { Faults, FaultsAt } from '../options/faults.js';
import { OptionReader } from '../options/option-reader.js';
import { type Rule, duration, matching, nonBlank, oneOf, whole, stringList } from '../options/rules.js';
import type { Alert } from './alert.js';
import { toDiscord, toTeams } from './chat-formats.js';
import { type AlertSender, type Format, toAlertmanager, toJson, toSlack } from './formats.js';
import { opsgenieUrl, toOpsgenie, toPagerDuty } from './incident-formats.js';
import type { AlertFormat, AlertTarget } from './webhook.js';

/** Options of `HealthAlertsModule.forRoot()`. */
export interface HealthAlertsOptions {
  /** Receivers of alerts, each made with `webhook({ url })`. Required. With an empty list no alert is sent. */
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
  /** Name of this instance in alerts. Default: the host name. */
  readonly instance?: string;
}

export interface TargetSettings {
  readonly url: URL;
  readonly format: Format;
  /** URL of the request, for a receiver whose URL depends on the alert. */
  readonly requestUrl?: (url: URL, alert: Alert, sender: AlertSender) => URL;
  /** Undefined: alerts are not sent again, because the receiver keeps them. */
  readonly resendInterval: number | undefined;
  readonly secret: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly to: readonly HealthStatus[];
  readonly indicators: readonly string[] | undefined;
  readonly probes: readonly string[];
  readonly timeout: number;
  readonly retries: number;
}

export interface AlertsSettings {
  readonly targets: readonly TargetSettings[];
  readonly debounce: number;
  readonly queueSize: number;
  readonly shutdownTimeout: number;
  readonly instance: string;
}

const PLACE = 'HealthAlertsModule options';
const BAD: readonly HealthStatus[] = [HealthStatus.DOWN, HealthStatus.OUT_OF_SERVICE, HealthStatus.UNKNOWN];
const ALERTMANAGER_PATH = '/api/v2/alerts';

const targets: Rule<readonly AlertTarget[]> = {
  expected: 'a list of targets, each made with webhook({ url })',
  accepts: (value) => Array.isArray(value) && value.every((item) => isRecord(item) && isRecord(item['webhook'])),
};
const address: Rule<string> = {
  expected: 'an http: or https: URL',
  accepts: (value) => typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
};
const statuses: Rule<readonly HealthStatus[]> = {
  expected: `a list of at least one of ${Object.values(HealthStatus).join(', ')}`,
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(isHealthStatus),
};
const headerName = matching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'a name of letters, digits and "-"');
const headerValue = matching(/^[\t\x20-\x7e]*$/, 'printable ASCII characters on one line');
const headerText = matching(/^[\x21-\x7e]+$/, 'printable ASCII characters without spaces');
const labelName = matching(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and "_"');
const FORMATS: readonly AlertFormat[] = ['json', 'slack', 'alertmanager', 'pagerduty', 'opsgenie', 'teams', 'discord'];
/** Options that only one format has. */
const OPTIONS_OF_FORMAT: Partial<Record<AlertFormat, readonly string[]>> = {
  alertmanager: ['labels', 'resendInterval'],
  pagerduty: ['routingKey'],
  opsgenie: ['apiKey'],
};

/** Checks the options and adds each configuration fault to `faults`. `known`: the names of the probes and groups. */
export function resolveAlertsOptions(
  options: HealthAlertsOptions,
  known: readonly string[],
  faults: Faults,
): AlertsSettings {
  const reader = new OptionReader(faults.at(PLACE), options);
  reader.refuseUnknown(['targets', 'debounce', 'queueSize', 'shutdownTimeout', 'instance']);
  const given: HealthAlertsOptions['targets'] | undefined = options?.targets;
  if (given === undefined) reader.at.option('targets').missing(targets);
  return {
    targets: reader
      .read('targets', targets, [])
      .flatMap((target, index) => resolveTarget(target, known, reader.at.option('targets').entry(index)) ?? []),
    debounce: reader.read('debounce', duration(0), 10_000),
    queueSize: reader.read('queueSize', whole(1, 100_000), 100),
    shutdownTimeout: reader.read('shutdownTimeout', duration(0), 3000),
    instance: reader.read('instance', nonBlank, hostname()),
  };
}

function resolveTarget({ webhook }: AlertTarget, known: readonly string[], at: FaultsAt): TargetSettings | undefined {
  const reader = new OptionReader(at, webhook);
  const common = ['url', 'format', 'secret', 'headers', 'to', 'indicators', 'probes', 'timeout', 'retries'];
  const format = reader.read('format', oneOf(FORMATS), 'json');
  reader.refuseUnknown([...common, ...(OPTIONS_OF_FORMAT[format] ?? [])]);
  const key = format === 'pagerduty' ? 'routingKey' : format === 'opsgenie' ? 'apiKey' : undefined;
  if (key && webhook[key] === undefined) at.option(key).missing(nonBlank);
  const routingKey = format === 'pagerduty' ? reader.read('routingKey', nonBlank, '', true) : '';
  const apiKey = format === 'opsgenie' ? reader.read('apiKey', headerText, '', true) : '';
  if (webhook.url === undefined) at.option('url').missing(address);
  const url = reader.read<string | undefined>('url', address, undefined, true);
  const probes = reader.read('probes', stringList, []);
  for (const probe of probes) {
    if (!known.includes(probe)) at.add(probeUnknown(at.option('probes').place, probe, known));
  }
  const resendInterval = reader.read('resendInterval', duration(100), 60_000);
  const labels = texts(webhook.labels, labelName, nonBlank, at.option('labels'));
  const settings = {
    resendInterval: format === 'alertmanager' ? resendInterval : undefined,
    secret: reader.read<string | undefined>('secret', nonBlank, undefined, true),
    headers: lowerCased(texts(webhook.headers, headerName, headerValue, at.option('headers'))),
    to: reader.read('to', statuses, BAD),
    indicators: reader.read<readonly string[] | undefined>('indicators', stringList, undefined),
    probes,
    timeout: reader.read('timeout', duration(1), 5000),
    retries: reader.read('retries', whole(0, 1000), 8),
  };
  if (url === undefined) return undefined;
  if (format === 'json') return { ...settings, url: new URL(url), format: toJson };
  if (format === 'slack') return { ...settings, url: new URL(url), format: toSlack };
  if (format === 'teams') return { ...settings, url: new URL(url), format: toTeams };
  if (format === 'discord') return { ...settings, url: new URL(url), format: toDiscord };
  if (format === 'pagerduty') return { ...settings, url: new URL(url), format: toPagerDuty(routingKey) };
  if (format === 'opsgenie') {
    const headers = { ...settings.headers, authorization: `GenieKey ${apiKey}` };
    return { ...settings, headers, url: new URL(url), format: toOpsgenie, requestUrl: opsgenieUrl };
  }
  return { ...settings, url: alertmanagerUrl(url), format: toAlertmanager({ labels, resendInterval }) };
}

function alertmanagerUrl(given: string): URL {
  const url = new URL(given);
  if (!url.pathname.endsWith(ALERTMANAGER_PATH)) url.pathname = url.pathname.replace(/\/?$/, ALERTMANAGER_PATH);
  return url;
}

function lowerCased(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Reads a record of texts. Faults never show a value, because a header may be a credential. */
function texts(given: unknown, name: Rule, value: Rule, at: FaultsAt): Readonly<Record<string, string>> {
  const accepted: Record<string, string> = {};
  if (given === undefined) return accepted;
  if (!isRecord(given)) {
    at.outOfRange(given, { expected: 'an object' });
    return accepted;
  }
  for (const [key, text] of Object.entries(given)) {
    if (!name.accepts(key)) at.outOfRange(key, name);
    else if (!value.accepts(text)) at.entry(key).secretMalformed(value);
    else accepted[key] = String(text);
  }
  return accepted;
}
