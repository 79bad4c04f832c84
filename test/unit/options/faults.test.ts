import { describe, expect, it } from 'vitest';
import { isHealthConfigurationError } from '../../../src/errors/configuration.error.js';
import { optionOutOfRange, secretMalformed } from '../../../src/errors/messages.js';
import { Faults } from '../../../src/options/faults.js';
import { flag } from '../../../src/options/rules.js';

describe('Faults', () => {
  it('shows options and entries with their place', () => {
    const at = new Faults().at('HealthModule options');
    expect(at.option('endpoints').entry('live').option('view').place).toBe(
      'HealthModule options, endpoints.live, view',
    );
    expect(at.option('probers').entry(0).place).toBe('HealthModule options, probers[0]');
  });

  it('collects the faults of every place in one list, in the order in which they are found', () => {
    const faults = new Faults();
    const b = faults.at('b');
    faults.at('a').outOfRange('yes', flag);
    b.missing(flag);
    b.option('key').secretMalformed(flag);
    expect(faults.list).toStrictEqual([
      optionOutOfRange('a', '"yes"', flag.expected),
      optionOutOfRange('b', 'undefined', flag.expected),
      secretMalformed('b, key', flag.expected),
    ]);
  });

  it('throws one error with every fault, and nothing if there is none', () => {
    const faults = new Faults();
    faults.throwIfAny();
    expect(faults.isEmpty).toBe(true);
    faults.add(secretMalformed('a', 'x'), secretMalformed('b', 'y'));
    let thrown: unknown;
    try {
      faults.throwIfAny();
    } catch (error) {
      thrown = error;
    }
    expect(isHealthConfigurationError(thrown) && thrown.faults.map(({ place }) => place)).toEqual(['a', 'b']);
  });
});
