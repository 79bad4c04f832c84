import { Environment } from '../../src/options/environment.js';
import { indicatorOptionsFromEnvironment } from '../../src/options/resolve-indicator.js';
import { resolveModuleOptions } from '../../src/options/resolve-module.js';
import type { Rule } from '../../src/options/rules.js';
import { Faults } from '../../src/options/faults.js';

/** An environment variable that is read, and its allowed values. */
export interface OptionVariable {
  readonly name: string;
  readonly expected: string;
}

/** The variables of an indicator with the name `<NAME>`, and those of the module, in the order of reading. */
export function optionVariables(): { readonly indicator: OptionVariable[]; readonly module: OptionVariable[] } {
  // Variables are read only if the environment has one with the prefix.
  const variables = { HEALTH_PATH: 'health' };
  const indicator = recorded(() => {
    indicatorOptionsFromEnvironment('<name>', new Environment('HEALTH_', variables), new Faults());
  });
  const module = recorded(() => {
    resolveModuleOptions({}, variables);
  });
  return {
    indicator: indicator.map(({ name, expected }) => ({ name: name.replace('__NAME__', '_<NAME>_'), expected })),
    // The variable for every indicator has the name of an indicator "default".
    module: module.filter(({ name }) => !name.startsWith('HEALTH_DEFAULT_')),
  };
}

function recorded(use: () => void): OptionVariable[] {
  const found: OptionVariable[] = [];
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the environment below.
  const { read } = Environment.prototype;
  Environment.prototype.read = function record<T>(
    this: Environment,
    parts: readonly string[],
    rule: Rule<T>,
    faults: Faults,
    isSecret?: boolean,
  ): T | undefined {
    const name = rule.read && this.nameOf(...parts);
    if (name !== undefined) found.push({ name, expected: rule.expectedOfVariable ?? rule.expected });
    return read.call(this, parts, rule, faults, isSecret) as T | undefined;
  };
  try {
    use();
  } finally {
    Environment.prototype.read = read;
  }
  return found;
}
