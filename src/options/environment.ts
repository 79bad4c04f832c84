import { secretMalformed, variableMalformed } from '../errors/messages.js';
import { nearest } from '../errors/nearest.js';
import type { Faults } from './faults.js';
import { type Rule, show } from './rules.js';

/** `initialDelay` → `INITIAL_DELAY`, `payments-api` → `PAYMENTS_API`. */
export function variableName(...parts: readonly string[]): string {
  return parts
    .map((part) =>
      part
        .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
        .replace(/[^A-Za-z0-9]+/g, '_')
        .toUpperCase(),
    )
    .join('_');
}

/** Reads options from environment variables with a prefix, and finds the variables that no option uses. */
export class Environment {
  readonly #prefix: string | false;
  /** The variables with the prefix. Usually there are none, and then no lookup is needed for any indicator. */
  readonly #variables: ReadonlyMap<string, string>;
  readonly #known = new Set<string>();

  constructor(prefix: string | false, variables: NodeJS.ProcessEnv = process.env) {
    this.#prefix = prefix;
    this.#variables = new Map(
      Object.entries(variables).flatMap(([name, text]) =>
        text !== undefined && prefix !== false && name.startsWith(prefix) ? [[name, text]] : [],
      ),
    );
  }

  /** Whether no variable has the prefix. */
  get isEmpty(): boolean {
    return this.#variables.size === 0;
  }

  /** The variable of an option. Undefined: the environment is not read. */
  nameOf(...parts: readonly string[]): string | undefined {
    return this.#prefix === false ? undefined : this.#prefix + variableName(...parts);
  }

  /**
   * The value of a variable. A blank variable counts as not set. A malformed value is a fault. A blank secret is a fault
   * too, because the deployment intended to set one.
   */
  read<T>(parts: readonly string[], rule: Rule<T>, faults: Faults, isSecret = false): T | undefined {
    if (this.isEmpty || !rule.read) return undefined;
    const variable = this.nameOf(...parts);
    if (variable === undefined) return undefined;
    this.#known.add(variable);
    const text = this.#variables.get(variable)?.trim();
    if (text === undefined || (text === '' && !isSecret)) return undefined;
    const value = rule.read(text);
    if (value === undefined) {
      const expected = rule.expectedOfVariable ?? rule.expected;
      faults.add(
        isSecret
          ? secretMalformed(`environment variable ${variable}`, expected)
          : variableMalformed(variable, show(text), expected),
      );
    }
    return value;
  }

  /** The variable of an option with the most similar name. Undefined if no name is similar. */
  nearestTo(variable: string): string | undefined {
    return nearest(variable, [...this.#known]);
  }

  /** Variables with the prefix that set no option. They are most likely misspelt. */
  get unused(): readonly string[] {
    return [...this.#variables.keys()].filter((name) => !this.#known.has(name) && !this.#isOfCommandLine(name));
  }

  /**
   * The command-line tool often runs in the environment of the application, and reads these. `HEALTH_API_KEY` without
   * `HEALTH_API_KEYS` can be a misspelt name that leaves the application without keys, so it stays in the list.
   */
  #isOfCommandLine(name: string): boolean {
    return name === 'HEALTH_CONTROL_KEY' || (name === 'HEALTH_API_KEY' && this.#variables.has('HEALTH_API_KEYS'));
  }
}

/** For options that have no variables. */
export const NO_VARIABLES = new Environment(false);
