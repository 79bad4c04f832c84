import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { HealthConfigurationError, isHealthConfigurationError } from '../../../src/errors/configuration.error.js';
import { nameReserved, optionOutOfRange } from '../../../src/errors/messages.js';

const faults = [
  { place: 'StockHealth in AppModule', problem: 'its value is 0', remedy: 'use 1' },
  { place: 'the group "billing"', problem: 'there is no indicator named "ledger"', remedy: 'the indicators are stock' },
];

describe('HealthConfigurationError', () => {
  it('lists every fault with its place and its remedy', () => {
    const error = new HealthConfigurationError(faults);
    expect(error.message).toBe(
      [
        'The health configuration has 2 faults, so the application does not start:',
        '  1. StockHealth in AppModule: its value is 0',
        '     Remedy: use 1',
        '  2. the group "billing": there is no indicator named "ledger"',
        '     Remedy: the indicators are stock',
      ].join('\n'),
    );
    expect(error.faults).toBe(faults);
    expect(error.name).toBe('HealthConfigurationError');
  });

  it('is printed once: Node shows the enumerable properties of an uncaught error below its message', () => {
    const printed = inspect(new HealthConfigurationError(faults));
    expect(printed.split('StockHealth in AppModule')).toHaveLength(2);
  });

  it('uses the singular for one fault', () => {
    expect(new HealthConfigurationError([nameReserved('here', 'live')]).message).toBe(
      [
        'The health configuration has a fault, so the application does not start:',
        '  1. here: the name "live" is reserved',
        '     Remedy: choose another name',
      ].join('\n'),
    );
  });
});

describe('isHealthConfigurationError', () => {
  it('recognises the error, also from another copy of the package', () => {
    expect(isHealthConfigurationError(new HealthConfigurationError([optionOutOfRange('a', 'b', 'c')]))).toBe(true);
    const foreign = Object.assign(new Error('x'), { [Symbol.for('nest-vitals:configuration-error')]: true });
    expect(isHealthConfigurationError(foreign)).toBe(true);
  });

  it('rejects every other value', () => {
    const marked = { [Symbol.for('nest-vitals:configuration-error')]: true };
    expect([new Error('x'), marked, null, undefined, 'text'].some((value) => isHealthConfigurationError(value))).toBe(
      false,
    );
  });
});
