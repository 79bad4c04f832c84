import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CheckDefinition } from '../../../src/core/check.js';
import { down, up } from '../../../src/core/result.js';
import { HealthConfigurationError } from '../../../src/errors/configuration.error.js';
import { UnknownProbeError } from '../../../src/errors/unknown-probe.error.js';
import type { OverrideEvent } from '../../../src/extension/health-override.js';
import { Environment } from '../../../src/options/environment.js';
import { Faults } from '../../../src/options/faults.js';
import { IndicatorConfiguration } from '../../../src/options/indicator-configuration.js';
import type { HealthIndicatorOptions } from '../../../src/options/indicator-options.js';
import type { OverrideTerms } from '../../../src/extension/health-override.js';
import { Overrides } from '../../../src/overrides/overrides.js';
import { SourceLayer } from '../../../src/sources/source-layer.js';
import { CapturedLog } from '../../support/captured-log.js';
import { RecordedEngine } from '../../support/engine.js';
import { advance, timeAfter, useFakeClock } from '../../support/fake-clock.js';
import { latch } from '../../support/latch.js';

const DAY = 24 * 3_600_000;
const TERMS: OverrideTerms = { reason: 'vendor maintenance', expiresIn: '30m', by: 'alice' };

/** An engine with one indicator of these options, and its overrides. */
function setUp(
  check: CheckDefinition['check'] = () => up(),
  options: HealthIndicatorOptions = {},
  variables: NodeJS.ProcessEnv = {},
): {
  readonly health: RecordedEngine;
  readonly overrides: Overrides;
  readonly configuration: IndicatorConfiguration;
  readonly log: CapturedLog;
  readonly events: OverrideEvent[];
  readonly faults: unknown[];
} {
  const health = new RecordedEngine();
  const settings = { defaults: {}, indicators: {}, groups: new Map() };
  const configuration = new IndicatorConfiguration(settings, new Environment('HEALTH_', variables));
  health.engine.add({
    name: 'payments',
    check,
    settings: configuration.add('payments', options, new Faults().at('it')),
  });
  const log = new CapturedLog();
  const faults: unknown[] = [];
  const overrides = new Overrides({
    engine: health.engine,
    configuration,
    logger: log,
    onListenerFault: (fault) => faults.push(fault),
  });
  const events: OverrideEvent[] = [];
  overrides.onEvent((event) => events.push(event));
  return { health, overrides, configuration, log, events, faults };
}

function faultsOf(change: () => unknown): string[] {
  try {
    change();
  } catch (error) {
    if (error instanceof HealthConfigurationError)
      return error.faults.map(({ place, problem }) => `${place}: ${problem}`);
    throw error;
  }
  return expect.unreachable('the change was refused');
}

describe('Overrides', () => {
  useFakeClock();
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('disable an indicator until their end, and are visible meanwhile', async () => {
    const { health, overrides } = setUp(() => down('away'));
    const override = overrides.set('payments', { enabled: false }, TERMS);
    expect(override).toStrictEqual({
      indicator: 'payments',
      options: { enabled: false },
      reason: 'vendor maintenance',
      by: 'alice',
      since: new Date(timeAfter(0)),
      until: new Date(timeAfter(30 * 60_000)),
    });
    expect(overrides.list).toStrictEqual([override]);
    expect((await health.report('deep')).details['payments']).toStrictEqual({
      status: 'SKIPPED',
      message: 'disabled',
      override: { enabled: false, reason: 'vendor maintenance', by: 'alice', until: timeAfter(30 * 60_000) },
    });

    await advance(30 * 60_000 - 1);
    expect((await health.report('deep')).status).toBe('UP');
    await advance(1);
    const report = await health.report('deep');
    expect(report.status).toBe('DOWN');
    expect(report.details['payments']).not.toHaveProperty('override');
    expect(overrides.list).toStrictEqual([]);
  });

  it('are shown beside a result, without an unknown author', async () => {
    const { health, overrides } = setUp();
    overrides.set('payments', { timeout: '2s' }, { reason: 'slow vendor', expiresIn: 60_000 });
    expect((await health.report('deep')).details['payments']).toMatchObject({
      status: 'UP',
      override: { timeout: '2s', reason: 'slow vendor', until: timeAfter(60_000) },
    });
  });

  it('have precedence over the code and the environment, and restore both at their end', async () => {
    const { health, overrides } = setUp(() => down('away'), { critical: true }, { HEALTH_PAYMENTS_CRITICAL: 'true' });
    overrides.set('payments', { critical: false }, TERMS);
    expect((await health.report('ready')).status).toBe('DEGRADED');
    expect(overrides.clear('payments', 'bob')).toBe(true);
    expect((await health.report('ready')).status).toBe('DOWN');
  });

  it('do not change with the object of the caller', async () => {
    const { health, overrides } = setUp();
    const options = { critical: false, probes: ['ready'] };
    const override = overrides.set('payments', options, TERMS);
    options.critical = true;
    options.probes[0] = 'live';
    health.add('other', () => up());
    expect(Object.keys((await health.report('live')).details)).not.toContain('payments');
    expect(override.options).toStrictEqual({ critical: false, probes: ['ready'] });
  });

  it('begin and expire although the logger throws', async () => {
    const { overrides, log, faults, events } = setUp();
    const broken = new Error('the disk is full');
    const fail = (): never => {
      throw broken;
    };
    vi.spyOn(log, 'warn').mockImplementation(fail);
    vi.spyOn(log, 'log').mockImplementation(fail);
    overrides.set('payments', { enabled: false }, { ...TERMS, expiresIn: 1000 });
    await advance(1000);
    expect(overrides.list).toEqual([]);
    expect(events.map(({ kind }) => kind)).toEqual(['begun', 'expired']);
    expect(faults).toEqual([broken, broken]);
  });

  it('replace an earlier override as a whole', async () => {
    const { health, overrides, events } = setUp(() => down('away'));
    const first = overrides.set('payments', { critical: false }, { ...TERMS, expiresIn: '1m' });
    const second = overrides.set('payments', { timeout: 100 }, { ...TERMS, by: 'bob' });
    expect(overrides.list).toStrictEqual([second]);
    expect((await health.report('ready')).status).toBe('DOWN');
    // The end of the first override must not end the second.
    await advance(60_000);
    expect(overrides.list).toStrictEqual([second]);
    expect(events).toStrictEqual([
      { kind: 'begun', override: first, replaced: undefined },
      { kind: 'begun', override: second, replaced: first },
    ]);
  });

  it('let a run in progress end with the options that it began with', async () => {
    const open = latch();
    const { health, overrides } = setUp(() => open.promise, { timeout: 100 });
    const pending = health.report('ready');
    overrides.set('payments', { timeout: '10s' }, TERMS);
    await advance(100);
    expect((await pending).details['payments']).toMatchObject({ status: 'DOWN', override: { timeout: '10s' } });
  });

  it('remove an interval with "off"', async () => {
    const check = vi.fn<CheckDefinition['check']>();
    const { health, overrides } = setUp(check, { interval: '10s' });
    health.engine.start();
    overrides.set('payments', { interval: 'off' }, TERMS);
    await advance(60_000);
    expect(check).toHaveBeenCalledTimes(1);
    await health.report('ready');
    expect(check).toHaveBeenCalledTimes(2);
  });

  it('keep their end when the system clock is corrected', async () => {
    const { overrides } = setUp();
    overrides.set('payments', { enabled: false }, TERMS);
    vi.setSystemTime(Date.now() + DAY);
    await advance(30 * 60_000 - 1);
    expect(overrides.list).toHaveLength(1);
    await advance(1);
    expect(overrides.list).toHaveLength(0);
  });

  describe('refused changes', () => {
    it('lists every fault, and changes nothing', async () => {
      const { health, overrides, events } = setUp();
      const change = (): unknown =>
        overrides.set('payments', { timeout: 0, when: () => true, initialDelay: 5, colour: 'red' } as object, {
          reason: ' ',
          expiresIn: '25h',
          by: '',
        });
      expect(faultsOf(change)).toStrictEqual([
        'options, timeout: its value is 0',
        'options, when: it cannot change while the application runs',
        'options, initialDelay: it cannot change while the application runs',
        'options: there is no option "colour"',
        'reason: its value is " "',
        'by: its value is ""',
        'expiresIn: its value is "25h"',
      ]);
      expect(overrides.list).toStrictEqual([]);
      expect(events).toStrictEqual([]);
      expect((await health.report('deep')).details['payments']).not.toHaveProperty('override');
    });

    it('says in its message that nothing has changed', () => {
      const { overrides } = setUp();
      expect(() => overrides.set('payments', { timeout: 0 }, TERMS)).toThrow(
        'The override of payments has a fault, so nothing has changed:\n  1. options, timeout',
      );
    });

    it.each([undefined, null, 0, -1, '24', '1d', 1.5, Infinity, DAY + 1, {}])('an end of %s', (expiresIn) => {
      const { overrides } = setUp();
      const change = (): unknown =>
        overrides.set('payments', { enabled: false }, { reason: 'x', expiresIn } as OverrideTerms);
      expect(faultsOf(change)).toHaveLength(1);
    });

    it.each([1, DAY, '24h'] as const)('but not an end of %s', (expiresIn) => {
      const { overrides } = setUp();
      expect(overrides.set('payments', { enabled: false }, { reason: 'x', expiresIn }).indicator).toBe('payments');
    });

    it.each([undefined, null, [], {}, 'off', () => 1])('options that are %s', (options) => {
      const { overrides } = setUp();
      expect(faultsOf(() => overrides.set('payments', options as object, TERMS))).toHaveLength(1);
    });

    it('names that are not those of an indicator', () => {
      const { overrides } = setUp();
      for (const name of ['ready', 'stock', '__proto__'])
        expect(() => overrides.set(name, { enabled: false }, TERMS)).toThrow(UnknownProbeError);
      expect(overrides.clear('stock')).toBe(false);
    });

    it('options that contradict those of the code', () => {
      const { overrides } = setUp(() => up(), { maxAge: '10s' });
      expect(faultsOf(() => overrides.set('payments', { interval: '1m' }, TERMS))).toStrictEqual([
        expect.stringContaining('options: maxAge (10000 ms) is not more than interval (60000 ms)'),
      ]);
      expect(overrides.set('payments', { interval: '1m', maxAge: '5m' }, TERMS).indicator).toBe('payments');
    });

    it('an unknown probe, and "live" for an indicator that is not part of it', () => {
      const { overrides } = setUp();
      expect(faultsOf(() => overrides.set('payments', { probes: ['raedy'] }, TERMS))).toHaveLength(1);
      expect(faultsOf(() => overrides.set('payments', { probes: ['ready', 'live'] }, TERMS))).toStrictEqual([
        'options, probes: it would add the indicator to "live", and a failure would then restart the process',
      ]);
      const { overrides: ofLive } = setUp(() => up(), { probes: ['live'] });
      expect(ofLive.set('payments', { probes: ['ready', 'live'] }, TERMS).indicator).toBe('payments');
    });

    it.each([
      ['critical', { critical: true }, 'it would make the indicator critical in "live"'],
      ['enabled', { enabled: true }, 'it would enable the indicator in "live"'],
      ['timeout', { timeout: 1 }, 'it could make the indicator fail in "live"'],
      ['failureThreshold', { failureThreshold: 1 }, 'it could make the indicator fail in "live"'],
      ['slowThreshold', { slowThreshold: 1 }, 'it could make the indicator fail in "live"'],
    ])(
      'a change of %s that could make "live" fail, also together with a removal from "live"',
      (option, change, why) => {
        const code = { probes: ['live'], critical: false, enabled: false, failureThreshold: 3 };
        const { overrides } = setUp(() => down('away'), code);
        const fault = `options, ${option}: ${why}, and a failure would then restart the process`;
        expect(faultsOf(() => overrides.set('payments', change, TERMS))).toStrictEqual([fault]);
        expect(faultsOf(() => overrides.set('payments', { ...change, probes: ['ready'] }, TERMS))).toStrictEqual([
          fault,
        ]);
      },
    );
  });

  it('never turn "live" red through a source and an override together', async () => {
    const { health, overrides, configuration } = setUp(() => down('away'), { probes: ['live'], critical: false });
    const source = new SourceLayer({ engine: health.engine, configuration, overrides });
    const apply = (options: object) =>
      source.apply('payments', options, options, 'source').map(({ problem }) => problem);
    const refused = ['it would make the indicator critical in "live", and a failure would then restart the process'];
    expect(apply({ critical: true })).toStrictEqual(refused);
    expect(apply({ critical: true, probes: ['ready'] })).toStrictEqual(refused);
    overrides.set('payments', { probes: ['ready'] }, TERMS);
    expect(apply({ critical: true })).toStrictEqual(refused);
    overrides.set('payments', { probes: ['ready', 'live'], critical: false }, TERMS);
    expect((await health.report('live')).status).toBe('DEGRADED');
  });

  it('restore "live", and let a source name it, after an override has removed the indicator from it', async () => {
    const { health, overrides, configuration } = setUp(() => up(), { probes: ['live'], timeout: 300 });
    const source = new SourceLayer({ engine: health.engine, configuration, overrides });
    const isInLive = async () => Object.keys((await health.report('live')).details);
    overrides.set('payments', { probes: ['ready'] }, TERMS);
    expect(await isInLive()).toEqual([]);
    expect(source.apply('payments', { probes: ['live'] }, { probes: ['live'] }, 'source')).toEqual([]);
    overrides.set('payments', { probes: ['live', 'ready'], timeout: 300, critical: true }, TERMS);
    expect(await isInLive()).toEqual(['payments']);
  });

  it('write one line for each beginning and each end, with author and reason', async () => {
    const { overrides, log } = setUp();
    overrides.set('payments', { enabled: false }, { ...TERMS, reason: 'vendor\nmaintenance' });
    overrides.set('payments', { timeout: '2s', critical: false }, { reason: 'slow', expiresIn: '1m' });
    overrides.clear('payments', 'bob\r\nroot');
    overrides.set('payments', { enabled: false }, TERMS);
    await advance(30 * 60_000);
    const half = timeAfter(30 * 60_000);
    expect(log.lines.map(({ level, text }) => `${level}: ${text}`)).toStrictEqual([
      `warn: Override of payments by alice until ${half}: enabled false; reason: vendor\\nmaintenance`,
      `warn: Override of payments by the application until ${timeAfter(60_000)}: timeout "2s", critical false; reason: slow, in place of the override by alice`,
      'log: Override of payments by the application has ended: cleared by bob\\r\\nroot',
      `warn: Override of payments by alice until ${half}: enabled false; reason: vendor maintenance`,
      'log: Override of payments by alice has ended: its time has passed',
    ]);
  });

  it('emit their end with its author, and ignore listeners that throw', async () => {
    const { overrides, events, faults } = setUp();
    overrides.onEvent(() => {
      throw new Error('broken listener');
    });
    const override = overrides.set('payments', { enabled: false }, TERMS);
    overrides.clear('payments', 'bob');
    overrides.set('payments', { enabled: false }, TERMS);
    await advance(DAY);
    expect(events.map((event) => event.kind)).toStrictEqual(['begun', 'cleared', 'begun', 'expired']);
    expect(events[1]).toStrictEqual({ kind: 'cleared', override, by: 'bob' });
    expect(faults).toHaveLength(4);
  });

  it('leave no timer after stop(), and begin none', () => {
    const { overrides } = setUp();
    overrides.set('payments', { enabled: false }, TERMS);
    overrides.stop();
    expect(vi.getTimerCount()).toBe(0);
    overrides.set('payments', { enabled: false }, TERMS);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('limit the length of the options in the log', () => {
    const { overrides, log } = setUp();
    overrides.set('payments', { tags: ['x'.repeat(15_000)] }, TERMS);
    const [line] = log.lines;
    expect(line?.text.length).toBeLessThan(1200);
    expect(line?.text).toMatch(/… \(15\d{3} characters\); reason: vendor maintenance$/);
  });

  it('refuse options without an option', () => {
    const { overrides } = setUp();
    expect(faultsOf(() => overrides.set('payments', {}, TERMS))).toStrictEqual(['options: it sets no option']);
  });

  it('end with their indicator', () => {
    const { health, overrides, configuration, events } = setUp();
    overrides.set('payments', { enabled: false }, TERMS);
    configuration.remove('payments');
    overrides.clear('payments');
    health.engine.remove('payments');
    expect(events.at(-1)).toMatchObject({ kind: 'cleared' });
    expect(vi.getTimerCount()).toBe(0);
  });
});
