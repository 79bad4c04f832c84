import { describe, expect, it } from 'vitest';
import type { ConfigurationFault } from '../../../src/errors/fault.js';
import { nameNotUrlSafe, nameReserved, partNameMalformed } from '../../../src/errors/messages.js';
import { checkIndicatorName, checkName } from '../../../src/options/names.js';
import { show } from '../../../src/options/rules.js';
import { Faults } from '../../../src/options/faults.js';

function faultsOf(name: string): { accepted: boolean; faults: readonly ConfigurationFault[] } {
  const faults = new Faults();
  const accepted = checkName(name, faults.at('here'));
  return { accepted, faults: faults.list };
}

describe('checkName', () => {
  it.each(['database', 'payments_api', 'payments-api', 'v1.2', 'A', '9', 'ab', 'lives', `a${'b'.repeat(62)}c`])(
    'accepts %s',
    (name) => {
      expect(faultsOf(name)).toStrictEqual({ accepted: true, faults: [] });
    },
  );

  it.each([
    'live',
    'ready',
    'startup',
    'deep',
    'overview',
    'checks',
    'health',
    'default',
    'dashboard',
    'events',
    'metrics',
    'schema',
    'shutdown',
    'status_code',
    'LIVE',
    'Deep',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
  ])('refuses %s, which is reserved', (name) => {
    expect(faultsOf(name)).toStrictEqual({ accepted: false, faults: [nameReserved('here', name)] });
  });

  it.each(['', '-a', 'a-', '.', '..', 'a/b', 'a b', 'ä', 'a?', 'a%20', 'a\n', `a${'b'.repeat(63)}c`])(
    'refuses "%s", which is not allowed in a URL',
    (name) => {
      const { accepted, faults } = faultsOf(name);
      expect(accepted).toBe(false);
      expect(faults).toHaveLength(1);
      expect(faults[0]?.remedy).toBe(nameNotUrlSafe('here', '').remedy);
    },
  );

  it('lists faults in the order in which they are found', () => {
    const faults = new Faults();
    for (const name of ['live', 'a b', 'ready']) checkName(name, faults.at(name));
    expect(faults.list.map(({ place }) => place)).toStrictEqual(['live', 'a b', 'ready']);
  });
});

describe('checkIndicatorName', () => {
  const check = (name: string): readonly ConfigurationFault[] => {
    const faults = new Faults();
    expect(checkIndicatorName(name, faults.at('here'))).toBe(faults.isEmpty);
    return faults.list;
  };

  it.each(['database', 'database/primary', 'database/status', `${'a'.repeat(64)}/${'b'.repeat(64)}`])(
    'accepts %s',
    (name) => {
      expect(check(name)).toStrictEqual([]);
    },
  );

  it.each(['a/b/c', '/primary', 'database/', 'data base/primary', 'database/-', `database/${'a'.repeat(65)}`, '//'])(
    'refuses %s',
    (name) => {
      expect(check(name)).toStrictEqual([partNameMalformed('here', show(name))]);
    },
  );

  it.each([
    ['live/primary', 'live'],
    ['database/constructor', 'database/constructor'],
    ['metrics/primary', 'metrics'],
    ['ready', 'ready'],
  ])('refuses %s, because %s is reserved', (name, reserved) => {
    expect(check(name)).toStrictEqual([nameReserved('here', reserved)]);
  });
});
