import { describe, expect, it } from 'vitest';
import type { ConfigurationFault } from '../../../src/errors/fault.js';
import { optionOutOfRange, optionUnknown } from '../../../src/errors/messages.js';
import { Environment } from '../../../src/options/environment.js';
import { OptionReader, readerOf as readerWithoutVariables } from '../../../src/options/option-reader.js';
import { flag, milliseconds, required, secret } from '../../../src/options/rules.js';
import { Faults } from '../../../src/options/faults.js';

function readerOf(
  options: object | undefined,
  variables: NodeJS.ProcessEnv = {},
): { reader: OptionReader; faults: readonly ConfigurationFault[] } {
  const faults = new Faults();
  const environment = new Environment('HEALTH_', variables);
  return { reader: new OptionReader(faults.at('options'), options, ['ready'], environment), faults: faults.list };
}

describe('OptionReader', () => {
  it('prefers the environment to the code, and the code to the default', () => {
    const variables = { HEALTH_READY_DEADLINE: '300' };
    expect(readerOf({ deadline: 400 }, variables).reader.read('deadline', milliseconds(1), 800)).toBe(300);
    expect(readerOf({}, variables).reader.read('deadline', milliseconds(1), 800)).toBe(300);
    expect(readerOf({ deadline: 400 }).reader.read('deadline', milliseconds(1), 800)).toBe(400);
    expect(readerOf({ deadline: undefined }).reader.read('deadline', milliseconds(1), 800)).toBe(800);
    expect(readerOf(undefined).reader.read('deadline', milliseconds(1), 800)).toBe(800);
  });

  it('prefers false in the environment to true in the code', () => {
    const { reader } = readerOf({ logging: true }, { HEALTH_READY_LOGGING: 'no' });
    expect(reader.read('logging', flag, true)).toBe(false);
  });

  it('reports a value out of range and uses the default', () => {
    const { reader, faults } = readerOf({ deadline: 0 });
    expect(reader.read('deadline', milliseconds(1), 800)).toBe(800);
    expect(faults).toStrictEqual([optionOutOfRange('options, deadline', '0', milliseconds(1).expected)]);
  });

  it('reports the fault in the code also when the environment overrides it', () => {
    const { reader, faults } = readerOf({ deadline: 0 }, { HEALTH_READY_DEADLINE: '300' });
    reader.read('deadline', milliseconds(1), 800);
    expect(faults).toHaveLength(1);
  });

  it('uses the value of the code when the variable is malformed', () => {
    const { reader, faults } = readerOf({ deadline: 400 }, { HEALTH_READY_DEADLINE: 'soon' });
    expect(reader.read('deadline', milliseconds(1), 800)).toBe(400);
    expect(faults).toHaveLength(1);
  });

  it('does not show a secret', () => {
    const { reader, faults } = readerOf({ key: 'hunter2' }, { HEALTH_READY_KEY: 'hunter2' });
    reader.read('key', secret(milliseconds(1)), 5);
    expect(faults).toHaveLength(2);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  it('refuses unknown options', () => {
    const { reader, faults } = readerOf({ deadline: 400, dedline: 5, path: 'x' });
    reader.refuseUnknown({ deadline: milliseconds(1), path: flag });
    expect(faults).toStrictEqual([optionUnknown('options', 'dedline', ['deadline', 'path'])]);
  });

  it('reads every option of a table, with its default', () => {
    const { reader, faults } = readerOf({ deadline: 400 });
    const rules = { deadline: milliseconds(1), ttl: milliseconds(1), path: flag };
    expect(reader.readAll(rules, { deadline: 800, ttl: 50 })).toStrictEqual({
      deadline: 400,
      ttl: 50,
      path: undefined,
    });
    expect(faults).toHaveLength(0);
  });

  it('reports a required option that is missing, unless the environment sets it', () => {
    const rules = { deadline: required(milliseconds(1)) };
    const { reader, faults } = readerOf({});
    reader.readAll(rules);
    expect(faults).toStrictEqual([optionOutOfRange('options, deadline', 'undefined', milliseconds(1).expected)]);
    const other = readerOf({}, { HEALTH_READY_DEADLINE: '300' });
    expect(other.reader.readAll(rules)).toStrictEqual({ deadline: 300 });
    expect(other.faults).toHaveLength(0);
  });

  it('lists faults in the order in which they are found', () => {
    const { reader, faults } = readerOf({ deadline: 0, ttl: 0, x: 1, y: 2 });
    reader.read('deadline', milliseconds(1), 800);
    reader.read('ttl', milliseconds(1), 800);
    reader.refuseUnknown({ deadline: milliseconds(1), ttl: milliseconds(1) });
    expect(faults).toMatchObject([
      { place: 'options, deadline' },
      { place: 'options, ttl' },
      { problem: 'there is no option "x"' },
      { problem: 'there is no option "y"' },
    ]);
  });
});

describe('readerOf', () => {
  it('reports options that are not an object as a fault, and reads none of them', () => {
    for (const [given, shown] of [
      ['text', '"text"'],
      [null, 'null'],
      [[400], 'an array'],
    ] as const) {
      const faults = new Faults();
      const reader = readerWithoutVariables(given, faults.at('options'));
      reader.refuseUnknown({});
      expect(faults.list).toStrictEqual([optionOutOfRange('options', shown, 'an object')]);
    }
  });
});
