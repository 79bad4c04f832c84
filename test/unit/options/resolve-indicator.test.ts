import { describe, expect, it } from 'vitest';
import type { ConfigurationFault } from '../../../src/errors/fault.js';
import {
  maxAgeBelowTtl,
  maxAgeWithinInterval,
  optionOutOfRange,
  probeUnknown,
  variableMalformed,
} from '../../../src/errors/messages.js';
import { INDICATOR_DEFAULTS, defaultMaxAge } from '../../../src/options/defaults.js';
import { Environment } from '../../../src/options/environment.js';
import type { HealthIndicatorOptions } from '../../../src/options/indicator-options.js';
import {
  checkIndicatorOptions,
  indicatorOptionsFromEnvironment,
  resolveCheckSettings,
} from '../../../src/options/resolve-indicator.js';
import { Faults } from '../../../src/options/faults.js';

/** One valid value of each option, and values that it refuses. */
const OPTIONS: Readonly<Record<keyof HealthIndicatorOptions, { good: readonly unknown[]; bad: readonly unknown[] }>> = {
  probes: { good: [['live'], []], bad: ['live', [''], [1]] },
  critical: { good: [true, false], bad: ['yes', 1, null] },
  shared: {
    good: [true, false, { quorum: 1, minPeers: 1 }],
    bad: ['true', null, [], { quorum: 0 }, { quorum: 1.1 }, { minPeers: 0 }, { peers: 3 }],
  },
  scope: { good: ['instance', 'fleet'], bad: ['service', '', true, null] },
  timeout: { good: [1, 2 ** 31 - 1], bad: [0, -1, 1.5, '500', Infinity, 2 ** 31] },
  ttl: { good: [0, 1000], bad: [-1, 0.5, '0'] },
  interval: { good: [1], bad: [0, 'off', null] },
  initialDelay: { good: [0], bad: [-1, '0'] },
  maxAge: { good: [0], bad: [-1, Infinity] },
  retries: { good: [0, 100], bad: [-1, 101, 0.5, '1'] },
  retryDelay: { good: [0], bad: [-1] },
  failureThreshold: { good: [1, 1000], bad: [0, 1001] },
  successThreshold: { good: [1, 1000], bad: [0, 1001] },
  slowThreshold: { good: [0], bad: [-1, 'off'] },
  when: { good: [() => true], bad: [true, 'true'] },
  tags: { good: [['money'], []], bad: ['money', ['']] },
  enabled: { good: [true, false], bad: ['no', 0] },
};

const check = (
  options: object | undefined,
): { usable: HealthIndicatorOptions; faults: readonly ConfigurationFault[] } => {
  const faults = new Faults();
  return {
    usable: checkIndicatorOptions(options, faults.at('here')),
    faults: faults.list,
  };
};

describe('checkIndicatorOptions', () => {
  it.each(Object.entries(OPTIONS))('accepts only values in range for %s', (option, { good, bad }) => {
    for (const value of good) {
      const { usable, faults } = check({ [option]: value });
      expect(usable).toStrictEqual({ [option]: value });
      expect(faults).toStrictEqual([]);
    }
    for (const value of bad) {
      const { usable, faults } = check({ [option]: value });
      expect(usable).toStrictEqual({});
      expect(faults).toHaveLength(1);
      expect(faults[0]?.place).toBe(`here, ${option}`);
    }
  });

  it('completes a quorum with its defaults', () => {
    expect(check({ shared: {} }).usable).toStrictEqual({ shared: { quorum: 0.5, minPeers: 3 } });
    expect(check({ shared: { minPeers: 7 } }).usable).toStrictEqual({ shared: { quorum: 0.5, minPeers: 7 } });
  });

  it('shows the refused value and the accepted values', () => {
    expect(check({ timeout: '500' }).faults).toStrictEqual([
      optionOutOfRange(
        'here, timeout',
        '"500"',
        'a whole number of milliseconds from 1 to 2147483647, or a text with a unit such as "500ms", "5s", "1m" or "1h"',
      ),
    ]);
  });

  it('refuses unknown options, and lists the known options', () => {
    const { usable, faults } = check({ timeuot: 500, constructor: 1 });
    expect(usable).toStrictEqual({});
    expect(faults.map(({ problem }) => problem)).toStrictEqual([
      'there is no option "timeuot"',
      'there is no option "constructor"',
    ]);
    for (const option of Object.keys(OPTIONS)) expect(faults[0]?.remedy).toContain(option);
  });

  it('ignores undefined values, and undefined options', () => {
    expect(check({ timeout: undefined, nonsense: undefined })).toStrictEqual({ usable: {}, faults: [] });
    expect(check(undefined)).toStrictEqual({ usable: {}, faults: [] });
  });

  it('finds all faults at once', () => {
    expect(check({ timeout: 0, ttl: -1, nonsense: 1 }).faults.map(({ place }) => place)).toStrictEqual([
      'here, timeout',
      'here, ttl',
      'here',
    ]);
  });
});

describe('indicatorOptionsFromEnvironment', () => {
  const read = (
    variables: NodeJS.ProcessEnv,
  ): { options: HealthIndicatorOptions; faults: readonly ConfigurationFault[] } => {
    const faults = new Faults();
    const options = indicatorOptionsFromEnvironment('payments-api', new Environment('HEALTH_', variables), faults);
    return { options, faults: faults.list };
  };

  it.each([
    ['PROBES', 'live, ready', { probes: ['live', 'ready'] }],
    ['CRITICAL', 'no', { critical: false }],
    ['TIMEOUT', '2s', { timeout: 2000 }],
    ['TTL', '0', { ttl: 0 }],
    ['INTERVAL', '1m', { interval: 60_000 }],
    ['INTERVAL', 'off', { interval: undefined }],
    ['INITIAL_DELAY', '5s', { initialDelay: 5000 }],
    ['MAX_AGE', '1h', { maxAge: 3_600_000 }],
    ['RETRIES', '3', { retries: 3 }],
    ['RETRY_DELAY', '50ms', { retryDelay: 50 }],
    ['FAILURE_THRESHOLD', '3', { failureThreshold: 3 }],
    ['SUCCESS_THRESHOLD', '2', { successThreshold: 2 }],
    ['SLOW_THRESHOLD', '200', { slowThreshold: 200 }],
    ['SLOW_THRESHOLD', 'OFF', { slowThreshold: undefined }],
    ['TAGS', 'money,tax', { tags: ['money', 'tax'] }],
    ['ENABLED', 'false', { enabled: false }],
  ])('reads HEALTH_PAYMENTS_API_%s=%s', (variable, text, options) => {
    const found = read({ [`HEALTH_PAYMENTS_API_${variable}`]: text });
    expect(found.faults).toStrictEqual([]);
    expect(found.options).toStrictEqual(options);
  });

  it.each([
    ['CRITICAL', 'perhaps'],
    ['TIMEOUT', '0'],
    ['TIMEOUT', 'off'],
    ['TTL', '-1'],
    ['INTERVAL', '0'],
    ['INITIAL_DELAY', '1.5s'],
    ['MAX_AGE', 'for ever'],
    ['RETRIES', '101'],
    ['RETRIES', '1s'],
    ['RETRY_DELAY', '1 week'],
    ['FAILURE_THRESHOLD', '0'],
    ['SUCCESS_THRESHOLD', 'two'],
    ['SLOW_THRESHOLD', 'slow'],
    ['ENABLED', '2'],
  ])('reports HEALTH_PAYMENTS_API_%s=%s', (variable, text) => {
    const { options, faults } = read({ [`HEALTH_PAYMENTS_API_${variable}`]: text });
    expect(options).toStrictEqual({});
    expect(faults).toHaveLength(1);
    const expected = faults[0]?.remedy.replace(/^set it to |, or remove it$/g, '') ?? '';
    expect(faults).toStrictEqual([variableMalformed(`HEALTH_PAYMENTS_API_${variable}`, `"${text}"`, expected)]);
  });

  it('reads no conditions', () => {
    expect(read({ HEALTH_PAYMENTS_API_WHEN: 'true' })).toStrictEqual({ options: {}, faults: [] });
  });
});

describe('resolveCheckSettings', () => {
  const resolve = (
    layers: readonly HealthIndicatorOptions[],
    groups: readonly string[] = [],
  ): { settings: ReturnType<typeof resolveCheckSettings>; faults: readonly ConfigurationFault[] } => {
    const faults = new Faults();
    return { settings: resolveCheckSettings(layers, groups, faults.at('here')), faults: faults.list };
  };

  it('uses the defaults for missing options', () => {
    expect(resolve([])).toStrictEqual({ settings: { ...INDICATOR_DEFAULTS, maxAge: 30_000 }, faults: [] });
    expect(INDICATOR_DEFAULTS).toMatchObject({
      probes: ['ready'],
      critical: true,
      timeout: 500,
      ttl: 1000,
      initialDelay: 0,
      retries: 0,
      retryDelay: 100,
      failureThreshold: 1,
      successThreshold: 1,
      tags: [],
      enabled: true,
      interval: undefined,
      slowThreshold: undefined,
      when: undefined,
    });
  });

  it('prefers a later layer, also with undefined: "off" removes an interval', () => {
    const layers = [
      { timeout: 1, ttl: 5, interval: 10 },
      { timeout: 2 },
      {},
      { interval: undefined },
    ] as unknown as HealthIndicatorOptions[];
    expect(resolve(layers).settings).toMatchObject({ timeout: 2, ttl: 5, interval: undefined });
  });

  it('refuses a maxAge below ttl, and accepts an equal maxAge', () => {
    expect(resolve([{ maxAge: 999, ttl: 1000 }]).faults).toStrictEqual([maxAgeBelowTtl('here', 999, 1000)]);
    expect(resolve([{ maxAge: 1000, ttl: 1000 }]).faults).toStrictEqual([]);
  });

  it('does not compare maxAge with ttl for an indicator with an interval, for which ttl has no effect', () => {
    expect(resolve([{ interval: 100, maxAge: 800 }]).faults).toStrictEqual([]);
    expect(resolve([{ interval: 100, ttl: 5000, maxAge: 800 }]).faults).toStrictEqual([]);
  });

  it('refuses a maxAge that is too short for the interval', () => {
    const resolved = resolve([{ maxAge: 5000, interval: 5000 }]);
    expect(resolved.faults).toStrictEqual([maxAgeWithinInterval('here', 5000, 5000)]);
    expect(resolve([{ maxAge: 5001, interval: 5000 }]).faults).toStrictEqual([]);
  });

  it('refuses probes that are neither standard nor a group', () => {
    const known = ['live', 'ready', 'startup', 'deep', 'billing'];
    expect(resolve([{ probes: ['live', 'billing', 'raedy', 'x'] }], ['billing']).faults).toStrictEqual([
      probeUnknown('here, probes', 'raedy', known),
      probeUnknown('here, probes', 'x', known),
    ]);
  });
});

describe('defaultMaxAge', () => {
  const of = (settings: Partial<typeof INDICATOR_DEFAULTS> | object): number =>
    defaultMaxAge({ ...INDICATOR_DEFAULTS, ...settings });

  it('is 30 s', () => {
    expect(of({})).toBe(30_000);
    expect(of({ interval: 1000 })).toBe(30_000);
  });

  it('is never less than ttl', () => {
    expect(of({ ttl: 60_000 })).toBe(60_000);
  });

  it('is at least three intervals plus the longest run of a background check', () => {
    expect(of({ interval: 60_000, timeout: 500 })).toBe(180_500);
    expect(of({ interval: 60_000, timeout: 500, retries: 2, retryDelay: 100 })).toBe(180_000 + 1500 + 200);
  });

  it('ignores the runs of a check that runs on request', () => {
    expect(of({ timeout: 60_000, retries: 5 })).toBe(30_000);
  });
});
