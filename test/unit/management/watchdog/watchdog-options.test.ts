import { describe, expect, it } from 'vitest';
import type { ConfigurationFault } from '../../../../src/errors/fault.js';
import { type HealthWatchdogOptions, resolveWatchdog } from '../../../../src/management/watchdog/watchdog-options.js';
import { Faults } from '../../../../src/options/faults.js';

const PLACE = 'HealthManagementModule.forRoot(), watchdog';

function faultsOf(given: unknown): readonly ConfigurationFault[] {
  const faults = new Faults();
  resolveWatchdog(given as HealthWatchdogOptions, faults.at(PLACE));
  return faults.list;
}

describe('resolveWatchdog', () => {
  it('is on by default', () => {
    const defaults = { warnAfter: 1000, liveAfter: 30_000, stack: true, log: 'text' };
    expect([undefined, true, {}].map((given) => resolveWatchdog(given, new Faults().at(PLACE)))).toEqual([
      defaults,
      defaults,
      defaults,
    ]);
  });

  it('is off when it is false', () => {
    expect(resolveWatchdog(false, new Faults().at(PLACE))).toBeUndefined();
  });

  it('accepts durations with units, and false for liveAfter', () => {
    expect(resolveWatchdog({ warnAfter: '2s', liveAfter: '1m', stack: false }, new Faults().at(PLACE))).toEqual({
      warnAfter: 2000,
      liveAfter: 60_000,
      stack: false,
      log: 'text',
    });
    expect(resolveWatchdog({ liveAfter: false }, new Faults().at(PLACE))?.liveAfter).toBe(false);
  });

  it.each([
    [{ warnAfter: 10 }, 'warnAfter'],
    [{ liveAfter: true }, 'liveAfter'],
    [{ stack: 'yes' }, 'stack'],
    [{ log: 'xml' }, 'log'],
    [{ warnAfter: 5000, liveAfter: 1000 }, 'liveAfter'],
    [{ liveafter: 5000 }, 'liveafter'],
  ])('reports a configuration fault for %j that names the option', (given, option) => {
    const faults = faultsOf(given);
    expect(faults).toHaveLength(1);
    expect(Object.values(faults[0] ?? {}).join(' ')).toContain(option);
  });

  it.each([[null], [5], ['on']])('reports a configuration fault for %j, which is not an object', (given) => {
    expect(faultsOf(given).map(({ place }) => place)).toEqual([PLACE]);
  });
});
