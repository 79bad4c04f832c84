import { isRecord } from '../../core/is-record.js';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { optionOutOfRange } from '../../errors/messages.js';
import { type OptionReader, readerOf } from '../../options/option-reader.js';
import type { Rule } from '../../options/rules.js';

const webAddress: Rule<URL> = {
  expected: 'an http: or https: URL',
  accepts: (value) => typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  convert: (value) => new URL(String(value)),
};

/** Reads the options of a target. Throws one `HealthConfigurationError` with every configuration fault. */
export function readTarget<T>(place: string, given: unknown, read: (reader: TargetReader) => T): T {
  const faults: ConfigurationFault[] = [];
  const value = read(new TargetReader(place, given, faults));
  if (faults.length > 0) throw new HealthConfigurationError(faults);
  return value;
}

export class TargetReader {
  readonly reader: OptionReader;
  readonly #place: string;
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #faults: ConfigurationFault[];

  constructor(place: string, given: unknown, faults: ConfigurationFault[]) {
    this.#place = place;
    this.#given = isRecord(given) ? given : {};
    this.#faults = faults;
    this.reader = readerOf(place, given, faults);
  }

  /** The URL, whose path is often a secret: no message shows its value. */
  url(option: string): URL {
    const unused = new URL('http://unused.invalid');
    if (this.#requires(option, webAddress)) return this.reader.read(option, webAddress, unused, true);
    return unused;
  }

  required(option: string, rule: Rule<string>): string {
    return this.#requires(option, rule) ? this.reader.read(option, rule, '') : '';
  }

  #requires(option: string, { expected }: Rule): boolean {
    if (this.#given[option] !== undefined) return true;
    this.#faults.push(optionOutOfRange(`${this.#place}, ${option}`, 'undefined', expected));
    return false;
  }
}
