import { isRecord } from '../core/is-record.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { optionOutOfRange, probeUnknown } from '../errors/messages.js';
import type { InMilliseconds } from '../options/duration.js';
import { type OptionReader, readerOf } from '../options/option-reader.js';
import { type Rule, duration, flag, nonBlank, numeric, show } from '../options/rules.js';
import type { HealthPublisher, PublishTimesOptions, ScheduledPublisher } from './health-publisher.js';

/** Options of `HealthPublishModule.forRoot()`. Each time applies to every publisher without its own. */
export interface HealthPublishOptions extends PublishTimesOptions {
  /** The targets: publishers, or objects with a `publisher` and times of its own. Required. With an empty list nothing is published. */
  readonly publishers: readonly (HealthPublisher | ScheduledPublisher)[];
  /** False: nothing is published, for tests of the application. Default: true. */
  readonly enabled?: boolean;
}

type Times = InMilliseconds<Required<PublishTimesOptions>>;

export interface PublisherSettings extends Times {
  readonly publisher: HealthPublisher;
}

export const PLACE = 'HealthPublishModule.forRoot()';

const TIMES = ['probe', 'period', 'jitter', 'onChange', 'timeout'] as const;
const DEFAULTS: Times = { probe: 'ready', period: 30_000, jitter: 0.1, onChange: true, timeout: 5000 };

const publisherRule: Rule = {
  expected: 'an object with a name and a method publish(), such as healthchecksIo({ url })',
  accepts: (value) =>
    isRecord(value) &&
    nonBlank.accepts(value['name']) &&
    typeof value['publish'] === 'function' &&
    (value['finish'] === undefined || typeof value['finish'] === 'function'),
};
const list: Rule<readonly unknown[]> = { expected: 'a list of publishers', accepts: (value) => Array.isArray(value) };

/** Checks the options and adds each configuration fault to `faults`. `known`: the names of the probes and groups. */
export function resolvePublishOptions(
  options: HealthPublishOptions,
  known: readonly string[],
  faults: ConfigurationFault[],
): readonly PublisherSettings[] {
  const reader = readerOf(PLACE, options, faults);
  reader.refuseUnknown(['publishers', 'enabled', ...TIMES]);
  if (isRecord(options) && options['publishers'] === undefined) {
    faults.push(optionOutOfRange(`${PLACE}, publishers`, 'undefined', list.expected));
  }
  const shared = readTimes(reader, PLACE, DEFAULTS, known, faults);
  const isEnabled = reader.read('enabled', flag, true);
  const settings = reader.read('publishers', list, []).flatMap((given, index) => {
    const place = `${PLACE}, publishers[${index}]`;
    if (publisherRule.accepts(given)) return { ...shared, publisher: given as HealthPublisher };
    if (isRecord(given) && publisherRule.accepts(given['publisher'])) {
      const own = readerOf(place, given, faults);
      own.refuseUnknown(['publisher', ...TIMES]);
      const publisher = given['publisher'] as HealthPublisher;
      return { ...readTimes(own, place, shared, known, faults), publisher };
    }
    faults.push(optionOutOfRange(place, show(given), publisherRule.expected));
    return [];
  });
  return isEnabled ? settings : [];
}

function readTimes(
  reader: OptionReader,
  place: string,
  fallback: Times,
  known: readonly string[],
  faults: ConfigurationFault[],
): Times {
  const times = {
    probe: reader.read('probe', nonBlank, fallback.probe),
    period: reader.read('period', duration(100), fallback.period),
    jitter: reader.read('jitter', numeric(0, 1), fallback.jitter),
    onChange: reader.read('onChange', flag, fallback.onChange),
    timeout: reader.read('timeout', duration(1), fallback.timeout),
  };
  if (times.probe !== fallback.probe && !known.includes(times.probe)) {
    faults.push(probeUnknown(`${place}, probe`, times.probe, known));
  }
  return times;
}
