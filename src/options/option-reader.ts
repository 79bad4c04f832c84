import type { ConfigurationFault } from '../errors/fault.js';
import { optionOutOfRange, optionUnknown, secretMalformed } from '../errors/messages.js';
import { type Environment, NO_VARIABLES } from './environment.js';
import { type Rule, converted, show } from './rules.js';

/** A rule for every option of a type: a table without one of the options does not compile. */
export type RuleTable<Options> = { readonly [Option in keyof Options]-?: Rule };

/** For an option that a function of its own reads and checks. */
export const CHECKED_ELSEWHERE: Rule<never> = { expected: '', accepts: () => true };

type ValueOf<R> = R extends Rule<infer Value> ? Value : never;

/** Reads the options of one place: the environment first, then the code. Faults are collected, not thrown. */
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
    if (rule.accepts(value)) return fromEnvironment ?? converted(rule, value);
    const place = `${this.#place}, ${option}`;
    this.#faults.push(
      isSecret ? secretMalformed(place, rule.expected) : optionOutOfRange(place, show(value), rule.expected),
    );
    return fallback;
  }

  /** The value of every option in the table, where one is set. Options that are not in the table are faults. */
  readAll<Table extends Readonly<Record<string, Rule>>>(
    rules: Table,
  ): { readonly [Option in keyof Table]: ValueOf<Table[Option]> | undefined } {
    this.refuseUnknown(Object.keys(rules));
    const values: Record<string, unknown> = {};
    for (const [option, rule] of Object.entries<Rule>(rules)) {
      if (rule !== CHECKED_ELSEWHERE) values[option] = this.read<unknown>(option, rule, undefined, rule.isSecret);
    }
    return values as { readonly [Option in keyof Table]: ValueOf<Table[Option]> | undefined };
  }

  /** Each option that is set and is not among the known options is a fault, because it is most likely misspelt. */
  refuseUnknown(known: readonly string[]): void {
    for (const option of Object.keys(this.#options)) {
      if (!known.includes(option)) this.#faults.push(optionUnknown(this.#place, option, known));
    }
  }
}

/** A reader for options without variables. Options of plain JavaScript may be no object; that is a fault. */
export function readerOf(place: string, given: unknown, faults: ConfigurationFault[]): OptionReader {
  const isObject = typeof given === 'object' && given !== null;
  if (!isObject) faults.push(optionOutOfRange(place, show(given), 'an object'));
  return new OptionReader(place, isObject ? given : {}, [], NO_VARIABLES, faults);
}
