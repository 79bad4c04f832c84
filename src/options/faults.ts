import { HealthConfigurationError } from '../errors/configuration.error.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { optionOutOfRange, secretMalformed } from '../errors/messages.js';
import { type Rule, show } from './rules.js';

/** Collects configuration faults in the order in which they are found, so that one error reports all of them. */
export class Faults {
  readonly #list: ConfigurationFault[] = [];

  get list(): readonly ConfigurationFault[] {
    return this.#list;
  }

  get isEmpty(): boolean {
    return this.#list.length === 0;
  }

  add(...faults: readonly ConfigurationFault[]): void {
    this.#list.push(...faults);
  }

  /** The same collector for one place, which its messages name. */
  at(place: string): FaultsAt {
    return new FaultsAt(this, place);
  }

  /** Throws one `HealthConfigurationError` with every fault. Its message begins with `subject` and `consequence`. */
  throwIfAny(subject?: string, consequence?: string): void {
    if (!this.isEmpty) throw new HealthConfigurationError(this.#list, subject, consequence);
  }
}

type Expected = Pick<Rule, 'expected'>;

/** A collector and a place: an option, or an object that has options. */
export class FaultsAt {
  constructor(
    readonly faults: Faults,
    readonly place: string,
  ) {}

  /** An option of the object at this place. */
  option(name: string): FaultsAt {
    return this.faults.at(`${this.place}, ${name}`);
  }

  /** An entry of the object or of the list at this place. */
  entry(key: string | number): FaultsAt {
    return this.faults.at(typeof key === 'number' ? `${this.place}[${key}]` : `${this.place}.${key}`);
  }

  add(...faults: readonly ConfigurationFault[]): void {
    this.faults.add(...faults);
  }

  /** The value is not allowed here. */
  outOfRange(value: unknown, { expected }: Expected): void {
    this.add(optionOutOfRange(this.place, show(value), expected));
  }

  /** A required value is missing. */
  missing({ expected }: Expected): void {
    this.add(optionOutOfRange(this.place, 'undefined', expected));
  }

  /** The value is not allowed here. The message does not show it, because it may be a secret. */
  secretMalformed({ expected }: Expected): void {
    this.add(secretMalformed(this.place, expected));
  }
}
