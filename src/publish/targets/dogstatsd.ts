import { boundedText, onOneLine } from '../../core/bounded-text.js';
import { flatDetails } from '../../core/composite-detail.js';
import type { HealthReport } from '../../core/report.js';
import { HealthStatus, isFailing } from '../../core/status.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import type { Rule } from '../../options/rules.js';
import type { HealthPublisher } from '../health-publisher.js';
import { sendLines } from './datagrams.js';
import { STATSD_DEFAULTS, STATSD_RULES, type StatsdOptions } from './statsd-options.js';

/** Options of `dogstatsd()`. */
export interface DogstatsdOptions extends StatsdOptions {
  /** Tags of each gauge and service check, such as `['env:production']`. Default: none. */
  readonly tags?: readonly string[];
}

/** Characters. Datadog cuts a longer message off. */
const LONGEST_MESSAGE = 450;

/** OK, WARNING, CRITICAL and UNKNOWN of a service check. */
const SERVICE_STATUS: Readonly<Record<HealthStatus, number>> = {
  UP: 0,
  SKIPPED: 0,
  DEGRADED: 1,
  OUT_OF_SERVICE: 2,
  DOWN: 2,
  UNKNOWN: 3,
};

const tagList: Rule<readonly string[]> = {
  expected: 'a list of tags without "," and "|", on one line',
  accepts: (value) => Array.isArray(value) && value.every((tag) => typeof tag === 'string' && /^[^,|\r\n]+$/.test(tag)),
};

const RULES = { ...STATSD_RULES, tags: tagList } satisfies RuleTable<DogstatsdOptions>;
const DEFAULTS = { ...STATSD_DEFAULTS, tags: [] };

/**
 * Sends gauges and service checks to a Datadog agent over UDP: `health.up` and `health.status`, and for each indicator, with
 * the tag `indicator`, `health.indicator.up`, `health.indicator.response_time_ms` and `health.indicator.status`. Throws a
 * `HealthConfigurationError` for a malformed option.
 */
export function dogstatsd(options: DogstatsdOptions = {}): HealthPublisher {
  const settings = readOptions('dogstatsd()', options, (reader) => reader.readAll(RULES, DEFAULTS));
  return {
    name: `DogStatsD at ${settings.host}:${settings.port}`,
    publish: (report, signal) => sendLines(linesOf(report, settings.prefix, settings.tags), settings, signal),
  };
}

interface Subject {
  readonly name: string;
  readonly status: HealthStatus;
  readonly text: string | undefined;
  readonly tags: readonly string[];
}

function linesOf(report: HealthReport, prefix: string, tags: readonly string[]): readonly string[] {
  const lines = describe({ name: prefix, status: report.status, text: report.reason, tags });
  for (const [indicator, detail] of flatDetails(report.details)) {
    if (detail.status === HealthStatus.SKIPPED) continue;
    const subject = {
      name: `${prefix}.indicator`,
      status: detail.status,
      text: detail.error ?? detail.message,
      tags: [`indicator:${indicator.replaceAll(/[,|\s]/g, '_')}`, ...tags],
    };
    lines.push(...describe(subject));
    if (detail.response_time_ms !== undefined) {
      lines.push(`${subject.name}.response_time_ms:${detail.response_time_ms}|g${tagsOf(subject)}`);
    }
  }
  return lines;
}

/** The gauge and the service check. The message must be the last field. */
function describe(subject: Subject): string[] {
  const { name, status, text } = subject;
  const message = text === undefined ? '' : `|m:${messageOf(text)}`;
  return [
    `${name}.up:${isFailing(status) ? 0 : 1}|g${tagsOf(subject)}`,
    `_sc|${name}.status|${SERVICE_STATUS[status]}${tagsOf(subject)}${message}`,
  ];
}

const tagsOf = ({ tags }: Pick<Subject, 'tags'>): string => (tags.length === 0 ? '' : `|#${tags.join(',')}`);

/** A bar would begin another field, and `m:` another message. */
function messageOf(text: string): string {
  return onOneLine(boundedText(text, LONGEST_MESSAGE))
    .replaceAll('|', '/')
    .replaceAll('m:', String.raw`m\:`);
}
