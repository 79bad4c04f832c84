import { isRecord } from '../core/is-record.js';
import type { FaultsAt } from '../options/faults.js';
import { CHECKED_ELSEWHERE, OptionReader, type RuleTable } from '../options/option-reader.js';
import { type Rule, duration, matching, nonBlank, oneOf, secret } from '../options/rules.js';
import { toDiscord, toTeams } from './chat-formats.js';
import { toAlertmanager, toJson, toSlack } from './alert-formats.js';
import { opsgenieUrl, toOpsgenie, toPagerDuty } from './incident-formats.js';
import { COMMON_RULES, message, readCommon } from './resolve-target.js';
import type { WebhookSettings } from './target-settings.js';
import type { AlertFormat, WebhookOptions, WebhookTarget } from './webhook.js';

const DEFAULT_TIMEOUT = 5000;
const ALERTMANAGER_PATH = '/api/v2/alerts';

const address: Rule<string> = {
  isSecret: true,
  expected: 'an http: or https: URL',
  accepts: (value) => typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
};
const headerName = matching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'a name of letters, digits and "-"');
const headerValue = matching(/^[\t\x20-\x7e]*$/, 'printable ASCII characters on one line');
const headerText = matching(/^[\x21-\x7e]+$/, 'printable ASCII characters without spaces');
const labelName = matching(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and "_"');
const ALERTMANAGER_RULES = { labels: CHECKED_ELSEWHERE, resendInterval: duration(100) };
const PAGERDUTY_RULES = { routingKey: secret(nonBlank) };
const OPSGENIE_RULES = { apiKey: secret(headerText) };
/** The rules of the options that some formats have and others have not. */
const RULES_OF_FORMAT = {
  json: {},
  slack: { message },
  alertmanager: { message, ...ALERTMANAGER_RULES },
  pagerduty: { message, ...PAGERDUTY_RULES },
  opsgenie: { message, ...OPSGENIE_RULES },
  teams: { message },
  discord: { message },
} satisfies Readonly<Record<AlertFormat, Partial<RuleTable<WebhookOptions>>>>;
const FORMATS = Object.keys(RULES_OF_FORMAT) as readonly AlertFormat[];
type KeyOfAny<Rules> = Rules extends unknown ? keyof Rules : never;
type OptionOfFormat = KeyOfAny<(typeof RULES_OF_FORMAT)[AlertFormat]>;

/** The rules of the options that every format has. */
const RULES = {
  url: address,
  format: oneOf(FORMATS),
  secret: secret(nonBlank),
  headers: CHECKED_ELSEWHERE,
  ...COMMON_RULES,
} satisfies RuleTable<Omit<WebhookOptions, OptionOfFormat>>;

export function resolveWebhook(
  { webhook }: WebhookTarget,
  known: readonly string[],
  at: FaultsAt,
): WebhookSettings | undefined {
  const reader = new OptionReader(at, webhook);
  const format = reader.read('format', RULES.format, 'json');
  reader.refuseUnknown({ ...RULES, ...RULES_OF_FORMAT[format] });
  const key = format === 'pagerduty' ? 'routingKey' : format === 'opsgenie' ? 'apiKey' : undefined;
  if (key && webhook[key] === undefined) at.option(key).missing(nonBlank);
  const routingKey = format === 'pagerduty' ? reader.read('routingKey', PAGERDUTY_RULES.routingKey, '') : '';
  const apiKey = format === 'opsgenie' ? reader.read('apiKey', OPSGENIE_RULES.apiKey, '') : '';
  if (webhook.url === undefined) at.option('url').missing(address);
  const given = reader.read<string | undefined>('url', RULES.url, undefined);
  const resendInterval = reader.read('resendInterval', ALERTMANAGER_RULES.resendInterval, 60_000);
  const labels = texts(webhook.labels, labelName, nonBlank, at.option('labels'));
  const common = {
    kind: 'webhook' as const,
    resendInterval: format === 'alertmanager' ? resendInterval : undefined,
    keepsStallsOpen: format === 'pagerduty' || format === 'opsgenie',
    secret: reader.read<string | undefined>('secret', RULES.secret, undefined),
    headers: lowerCased(texts(webhook.headers, headerName, headerValue, at.option('headers'))),
    ...readCommon(reader, known, DEFAULT_TIMEOUT),
  };
  if (given === undefined) return undefined;
  const url = new URL(given);
  const settings = { ...common, receiver: url.origin, url };
  if (format === 'json') return { ...settings, format: toJson };
  if (format === 'slack') return { ...settings, format: toSlack };
  if (format === 'teams') return { ...settings, format: toTeams };
  if (format === 'discord') return { ...settings, format: toDiscord };
  if (format === 'pagerduty') return { ...settings, format: toPagerDuty(routingKey) };
  if (format === 'opsgenie') {
    const headers = { ...settings.headers, authorization: `GenieKey ${apiKey}` };
    return { ...settings, headers, format: toOpsgenie, requestUrl: opsgenieUrl };
  }
  return { ...settings, url: alertmanagerUrl(given), format: toAlertmanager({ labels, resendInterval }) };
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
