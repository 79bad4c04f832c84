import { hasMethods } from '../core/has-methods.js';
import { isRecord } from '../core/is-record.js';
import { probeUnknown } from '../errors/messages.js';
import type { InMilliseconds } from '../options/duration.js';
import type { Faults } from '../options/faults.js';
import { type OptionReader, type RuleTable, readerOf } from '../options/option-reader.js';
import { type Rule, duration, flag, nonBlank, numeric } from '../options/rules.js';
import type { HealthPublisher, PublishTimesOptions, ScheduledPublisher } from './health-publisher.js';

/** Options of `HealthPublishModule.forRoot()`. Each time applies to every publisher without its own. */
export interface HealthPublishOptions extends PublishTimesOptions {
  /** The targets: publishers, or objects with a `publisher` and its own times. Required. With an empty list nothing is published. */
  readonly publishers: readonly (HealthPublisher | ScheduledPublisher)[];
  /** False: nothing is published, for tests of the application. Default: true. */
  readonly enabled?: boolean;
}

type Times = InMilliseconds<Required<PublishTimesOptions>>;

export interface PublisherSettings extends Times {
  readonly publisher: HealthPublisher;
}

export const PLACE = 'HealthPublishModule.forRoot()';

const DEFAULTS: Times = { probe: 'ready', period: 30_000, jitter: 0.1, onChange: true, timeout: 5000 };

const publisherRule: Rule = {
  expected: 'an object with a name and a method publish(), such as healthchecksIo({ url })',
  accepts: (value) =>
    isRecord(value) &&
    nonBlank.accepts(value['name']) &&
    hasMethods(value, 'publish') &&
    (value['finish'] === undefined || hasMethods(value, 'finish')),
};
const list: Rule<readonly unknown[]> = { expected: 'a list of publishers', accepts: (value) => Array.isArray(value) };

const TIMES = {
  probe: nonBlank,
  period: duration(100),
  jitter: numeric(0, 1),
  onChange: flag,
  timeout: duration(1),
} satisfies RuleTable<PublishTimesOptions>;
const RULES = { publishers: list, enabled: flag, ...TIMES } satisfies RuleTable<HealthPublishOptions>;
const SCHEDULED_RULES = { publisher: publisherRule, ...TIMES } satisfies RuleTable<ScheduledPublisher>;

/** Checks the options and adds each configuration fault to `faults`. `known`: the names of the probes and groups. */
export function resolvePublishOptions(
  options: HealthPublishOptions,
  known: readonly string[],
  faults: Faults,
): readonly PublisherSettings[] {
  const reader = readerOf(options, faults.at(PLACE));
  reader.refuseUnknown(RULES);
  if (isRecord(options) && options['publishers'] === undefined) reader.at.option('publishers').missing(list);
  const shared = readTimes(reader, DEFAULTS, known);
  const isEnabled = reader.read('enabled', RULES.enabled, true);
  const settings = reader.read('publishers', RULES.publishers, []).flatMap((given, index) => {
    const at = reader.at.option('publishers').entry(index);
    if (publisherRule.accepts(given)) return { ...shared, publisher: given as HealthPublisher };
    if (isRecord(given) && publisherRule.accepts(given['publisher'])) {
      const own = readerOf(given, at);
      own.refuseUnknown(SCHEDULED_RULES);
      const publisher = given['publisher'] as HealthPublisher;
      return { ...readTimes(own, shared, known), publisher };
    }
    at.outOfRange(given, publisherRule);
    return [];
  });
  return isEnabled ? settings : [];
}

function readTimes(reader: OptionReader, fallback: Times, known: readonly string[]): Times {
  const times = {
    probe: reader.read('probe', TIMES.probe, fallback.probe),
    period: reader.read('period', TIMES.period, fallback.period),
    jitter: reader.read('jitter', TIMES.jitter, fallback.jitter),
    onChange: reader.read('onChange', TIMES.onChange, fallback.onChange),
    timeout: reader.read('timeout', TIMES.timeout, fallback.timeout),
  };
  if (times.probe !== fallback.probe && !known.includes(times.probe)) {
    reader.at.add(probeUnknown(reader.at.option('probe').place, times.probe, known));
  }
  return times;
}
