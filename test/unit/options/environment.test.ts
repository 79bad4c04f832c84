import { describe, expect, it } from 'vitest';
import { variableMalformed } from '../../../src/errors/messages.js';
import { Environment, variableName } from '../../../src/options/environment.js';
import { callable, flag, milliseconds } from '../../../src/options/rules.js';
import { Faults } from '../../../src/options/faults.js';

describe('variableName', () => {
  it.each([
    [['initialDelay'], 'INITIAL_DELAY'],
    [['payments-api', 'timeout'], 'PAYMENTS_API_TIMEOUT'],
    [['paymentsApi', 'ttl'], 'PAYMENTS_API_TTL'],
    [['v1.2', 'when'], 'V1_2_WHEN'],
    [['s3Bucket'], 'S3_BUCKET'],
    [['a--b'], 'A_B'],
  ])('of %j', (parts, name) => {
    expect(variableName(...parts)).toBe(name);
  });
});

describe('Environment', () => {
  it('reads a variable with its prefix, without surrounding whitespace', () => {
    const faults = new Faults();
    const environment = new Environment('HEALTH_', { HEALTH_DATABASE_TIMEOUT: ' 2s ' });
    expect(environment.read(['database', 'timeout'], milliseconds(1), faults)).toBe(2000);
    expect(faults.list).toStrictEqual([]);
  });

  it('reads values that are false or 0', () => {
    const environment = new Environment('HEALTH_', { HEALTH_A: 'false', HEALTH_B: '0' });
    expect(environment.read(['a'], flag, new Faults())).toBe(false);
    expect(environment.read(['b'], milliseconds(0), new Faults())).toBe(0);
  });

  it.each([undefined, '', '   '])('treats %j as not set', (value) => {
    const faults = new Faults();
    expect(new Environment('HEALTH_', { HEALTH_A: value }).read(['a'], flag, faults)).toBeUndefined();
    expect(faults.list).toStrictEqual([]);
  });

  it('reports a value that cannot be read', () => {
    const faults = new Faults();
    const environment = new Environment('HEALTH_', { HEALTH_A: 'soon' });
    expect(environment.read(['a'], milliseconds(1), faults)).toBeUndefined();
    expect(faults.list).toStrictEqual([variableMalformed('HEALTH_A', '"soon"', milliseconds(1).expected)]);
  });

  it('lists faults in the order in which they are found', () => {
    const faults = new Faults();
    const environment = new Environment('HEALTH_', { HEALTH_A: 'soon', HEALTH_B: 'later' });
    for (const option of ['a', 'b']) environment.read([option], flag, faults);
    expect(faults.list.map(({ place }) => place)).toStrictEqual([
      'environment variable HEALTH_A',
      'environment variable HEALTH_B',
    ]);
  });

  it('does not show a secret value', () => {
    const faults = new Faults();
    new Environment('HEALTH_', { HEALTH_A: 'hunter2' }).read(['a'], flag, faults, true);
    expect(faults.list).toHaveLength(1);
    expect(JSON.stringify(faults.list)).not.toContain('hunter2');
  });

  it('reads nothing without a prefix, and nothing that only code can set', () => {
    const variables = { HEALTH_A: 'true', A: 'true', falseA: 'true' };
    expect(new Environment(false, variables).read(['a'], flag, new Faults())).toBeUndefined();
    expect(new Environment('HEALTH_', variables).read(['a'], callable, new Faults())).toBeUndefined();
  });

  it('lists the variables that no option reads', () => {
    const environment = new Environment('HEALTH_', { HEALTH_A: 'true', HEALTH_MISSPELT: '1', OTHER: '1' });
    expect(environment.unused).toStrictEqual(['HEALTH_A', 'HEALTH_MISSPELT']);
    environment.read(['a'], flag, new Faults());
    environment.read(['b'], flag, new Faults());
    expect(environment.unused).toStrictEqual(['HEALTH_MISSPELT']);
  });

  it.each([
    [{ HEALTH_CONTROL_KEY: 'k' }, []],
    [{ HEALTH_API_KEY: 'k', HEALTH_API_KEYS: 'k' }, ['HEALTH_API_KEYS']],
    [{ HEALTH_API_KEY: 'k' }, ['HEALTH_API_KEY']],
  ])('with %o, which the command-line tool may read, lists %o as unused', (variables, expected) => {
    expect(new Environment('HEALTH_', variables).unused).toStrictEqual(expected);
  });

  it('has no unused variables without a prefix', () => {
    expect(new Environment(false, { HEALTH_A: 'true', falseA: '1' }).unused).toStrictEqual([]);
  });

  it('returns the variable of an option, and nothing without a prefix', () => {
    expect(new Environment('APP_', {}).nameOf('payments-api', 'maxAge')).toBe('APP_PAYMENTS_API_MAX_AGE');
    expect(new Environment(false, {}).nameOf('maxAge')).toBeUndefined();
  });

  it('is empty without variables that have the prefix', () => {
    expect(new Environment('HEALTH_', { OTHER: '1', HEALTH_A: undefined }).isEmpty).toBe(true);
    expect(new Environment(false, { HEALTH_A: '1' }).isEmpty).toBe(true);
    expect(new Environment('HEALTH_', { HEALTH_A: '' }).isEmpty).toBe(false);
  });

  it('is the environment of the process by default', () => {
    process.env['NEST_VITALS_TEST_A'] = 'true';
    try {
      expect(new Environment('NEST_VITALS_TEST_').read(['a'], flag, new Faults())).toBe(true);
    } finally {
      delete process.env['NEST_VITALS_TEST_A'];
    }
  });
});
