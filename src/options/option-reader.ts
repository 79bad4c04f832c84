import { isRecord } from '../core/is-record.js';
import { optionUnknown } from '../errors/messages.js';
import { type Environment, NO_VARIABLES } from './environment.js';
import { Faults, type FaultsAt } from './faults.js';
import { type RequiredRule, type Rule, converted } from './rules.js';

/** A rule for every option of a type: a table without one of the options does not compile. */
export type RuleTable<Options> = { readonly [Option in keyof Options]-?: Rule };

/** For an option that a function of its own reads and checks. */
export const CHECKED_ELSEWHERE: Rule<never> = { expected: '', accepts: () => true };

type Table = Readonly<Record<string, Rule>>;
type ValueOf<R> = R extends Rule<infer Value> ? Value : never;
type Values<Rules> = { readonly [Option in keyof Rules]: ValueOf<Rules[Option]> };

/** A value is never undefined if the option has a default or is required: a missing required value is a fault. */
type Read<Rules, Defaults> = {
  readonly [Option in keyof Rules]:
    | ValueOf<Rules[Option]>
    | (Option extends keyof Defaults ? never : Rules[Option] extends RequiredRule ? never : undefined);
};

/** Reads the options of one place: the environment first, then the code. Faults are collected, not thrown. */
export class OptionReader {
  /** The place of the options. */
  readonly at: FaultsAt;
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #environment: Environment;
  readonly #variable: readonly string[];

  constructor(
    at: FaultsAt,
    options: object | undefined,
    variable: readonly string[] = [],
    environment: Environment = NO_VARIABLES,
  ) {
    this.at = at;
    this.#options = { ...options };
    this.#variable = variable;
    this.#environment = environment;
  }

  read<T>(option: string, rule: Rule<T>, fallback: T): T {
    const { isSecret, isRequired } = rule;
    const fromEnvironment = this.#environment.read([...this.#variable, option], rule, this.at.faults, isSecret);
    const value = this.#options[option];
    const at = this.at.option(option);
    if (value === undefined) {
      if (isRequired && fromEnvironment === undefined) at.missing(rule);
      return fromEnvironment ?? fallback;
    }
    if (rule.accepts(value)) return fromEnvironment ?? converted(rule, value);
    if (isSecret) at.secretMalformed(rule);
    else at.outOfRange(value, rule);
    return fallback;
  }

  /** The value of every option in the table, or its default. Options that are not in the table are faults. */
  readAll<Rules extends Table, Defaults extends Partial<Values<Rules>> = object>(
    rules: Rules,
    defaults?: Defaults,
  ): Read<Rules, Defaults> {
    this.refuseUnknown(rules);
    const values: Record<string, unknown> = {};
    const fallbacks: Readonly<Record<string, unknown>> = { ...defaults };
    for (const [option, rule] of Object.entries<Rule>(rules)) {
      if (rule !== CHECKED_ELSEWHERE) values[option] = this.read<unknown>(option, rule, fallbacks[option]);
    }
    return values as Read<Rules, Defaults>;
  }

  /** Each option that is set and is not in the table is a fault, because it is most likely misspelt. */
  refuseUnknown(table: Readonly<Record<string, unknown>>): void {
    const known = Object.keys(table);
    for (const option of Object.keys(this.#options)) {
      if (!known.includes(option)) this.at.add(optionUnknown(this.at.place, option, known));
    }
  }
}

/** A reader for options without variables. In plain JavaScript the options may not be an object; that is a fault. */
export function readerOf(given: unknown, at: FaultsAt): OptionReader {
  const options = isRecord(given) ? given : {};
  if (options !== given) at.outOfRange(given, { expected: 'an object' });
  return new OptionReader(at, options);
}

/** Reads options without variables. Throws one `HealthConfigurationError` with every configuration fault. */
export function readOptions<T>(place: string, given: unknown, read: (reader: OptionReader) => T): T {
  const faults = new Faults();
  const value = read(readerOf(given, faults.at(place)));
  faults.throwIfAny();
  return value;
}
