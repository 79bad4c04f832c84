import { isRecord } from '../core/is-record.js';
import { optionUnknown } from '../errors/messages.js';
import { type Environment, NO_VARIABLES } from './environment.js';
import type { FaultsAt } from './faults.js';
import { type Rule, converted } from './rules.js';

/** A rule for every option of a type: a table without one of the options does not compile. */
export type RuleTable<Options> = { readonly [Option in keyof Options]-?: Rule };

/** For an option that a function of its own reads and checks. */
export const CHECKED_ELSEWHERE: Rule<never> = { expected: '', accepts: () => true };

type ValueOf<R> = R extends Rule<infer Value> ? Value : never;

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

  read<T>(option: string, rule: Rule<T>, fallback: T, isSecret = false): T {
    const fromEnvironment = this.#environment.read([...this.#variable, option], rule, this.at.faults, isSecret);
    const value = this.#options[option];
    if (value === undefined) return fromEnvironment ?? fallback;
    if (rule.accepts(value)) return fromEnvironment ?? converted(rule, value);
    const at = this.at.option(option);
    if (isSecret) at.secretMalformed(rule);
    else at.outOfRange(value, rule);
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
