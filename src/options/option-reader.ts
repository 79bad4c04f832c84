import type { ConfigurationFault } from '../errors/fault.js';
import { optionOutOfRange, optionUnknown, secretMalformed } from '../errors/messages.js';
import { type Environment, NO_VARIABLES } from './environment.js';
import { type Rule, show } from './rules.js';

/** Reads the options of one place: the environment first, then the code. Whatever is wrong is collected, not thrown. */
export class OptionReader {
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #place: string;
  readonly #environment: Environment;
  readonly #variable: readonly string[];
  readonly #faults: ConfigurationFault[];

  constructor(
    place: string,
    options: object | undefined,
    variable: readonly string[],
    environment: Environment,
    faults: ConfigurationFault[],
  ) {
    this.#place = place;
    this.#options = { ...options };
    this.#variable = variable;
    this.#environment = environment;
    this.#faults = faults;
  }

  read<T>(option: string, rule: Rule<T>, fallback: T, isSecret = false): T {
    const fromEnvironment = this.#environment.read([...this.#variable, option], rule, this.#faults, isSecret);
    const value = this.#options[option];
    if (value === undefined) return fromEnvironment ?? fallback;
    if (rule.accepts(value)) return fromEnvironment ?? (value as T);
    const place = `${this.#place}, ${option}`;
    this.#faults.push(
      isSecret ? secretMalformed(place, rule.expected) : optionOutOfRange(place, show(value), rule.expected),
    );
    return fallback;
  }

  /** Everything set that is not among the known options is a fault: most likely misspelt. */
  refuseUnknown(known: readonly string[]): void {
    for (const option of Object.keys(this.#options)) {
      if (!known.includes(option)) this.#faults.push(optionUnknown(this.#place, option, known));
    }
  }
}

/** For options that have no variables, and that somebody may have handed over as anything. What is no object has none. */
export function readerOf(place: string, given: unknown, faults: ConfigurationFault[]): OptionReader {
  const isObject = typeof given === 'object' && given !== null;
  if (!isObject) faults.push(optionOutOfRange(place, show(given), 'an object'));
  return new OptionReader(place, isObject ? given : {}, [], NO_VARIABLES, faults);
}
