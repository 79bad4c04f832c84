import { isRecord } from '../../core/is-record.js';
import { Faults, type FaultsAt } from '../../options/faults.js';
import { type OptionReader, readerOf } from '../../options/option-reader.js';
import type { Rule } from '../../options/rules.js';

const webAddress: Rule<URL> = {
  expected: 'an http: or https: URL',
  accepts: (value) => typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  convert: (value) => new URL(String(value)),
};

/** Reads the options of a target. Throws one `HealthConfigurationError` with every configuration fault. */
export function readTarget<T>(place: string, given: unknown, read: (reader: TargetReader) => T): T {
  const faults = new Faults();
  const value = read(new TargetReader(given, faults.at(place)));
  faults.throwIfAny();
  return value;
}

export class TargetReader {
  readonly reader: OptionReader;
  readonly #given: Readonly<Record<string, unknown>>;

  constructor(given: unknown, at: FaultsAt) {
    this.#given = isRecord(given) ? given : {};
    this.reader = readerOf(given, at);
  }

  /** The URL, whose path is often a secret: no message shows its value. */
  url(option: string): URL {
    const unused = new URL('http://unused.invalid');
    if (this.#requires(option, webAddress)) return this.reader.read(option, webAddress, unused, true);
    return unused;
  }

  /** The application's client. `accepts` is the test for it, and `expected` describes the accepted clients. */
  client<Client>(accepts: (candidate: unknown) => candidate is Client, expected: string): Client {
    const rule: Rule<Client> = { expected, accepts };
    // A client that is missing or malformed is a fault, so the value is not used.
    const unused = this.#given['client'] as Client;
    return this.#requires('client', rule) ? this.reader.read('client', rule, unused) : unused;
  }

  required(option: string, rule: Rule<string>): string {
    return this.#requires(option, rule) ? this.reader.read(option, rule, '') : '';
  }

  #requires(option: string, rule: Rule): boolean {
    if (this.#given[option] !== undefined) return true;
    this.reader.at.option(option).missing(rule);
    return false;
  }
}
