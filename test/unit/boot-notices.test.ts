import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { NO_INDICATORS, bootNotices, indicatorList } from '../../src/boot-notices.js';
import type { CheckSettings } from '../../src/core/check.js';
import { Environment } from '../../src/options/environment.js';
import type { HealthModuleOptions } from '../../src/options/health-module-options.js';
import { indicatorOptionsFromEnvironment } from '../../src/options/resolve-indicator.js';
import { resolveModuleOptions } from '../../src/options/resolve-module.js';
import { checkDefinition } from '../support/check-definition.js';
import { Faults } from '../../src/options/faults.js';

function noticesOf(
  options: HealthModuleOptions = {},
  variables: NodeJS.ProcessEnv = {},
  checks: Record<string, Partial<CheckSettings>> = { database: {} },
  undecorated: readonly string[] = [],
  sharesRuns = false,
): string[] {
  const { settings, environment } = resolveModuleOptions(
    { service: { name: 'a', version: '1' }, ...options },
    variables,
  );
  const definitions = Object.entries(checks).map(([name, check]) => checkDefinition(name, () => undefined, check));
  return bootNotices(settings, environment, definitions, undecorated, sharesRuns);
}

const production = { NODE_ENV: 'production' };

describe('bootNotices', () => {
  it('are empty for a sound configuration', () => {
    expect(noticesOf({}, {}, { database: {} })).toStrictEqual([]);
  });

  it('list the indicators whose scope has no effect without a fleet', () => {
    const [notice, ...others] = noticesOf({}, {}, { rates: { scope: 'fleet' }, database: {} });
    expect(notice).toMatch(/^scope: 'fleet' has no effect \(rates\), because HealthFleetModule is not imported/);
    expect(others).toStrictEqual([]);
    expect(noticesOf({}, {}, { rates: { scope: 'fleet' } }, [], true)).toStrictEqual([]);
  });

  it('explain the narrowed view in production, and how to widen it', () => {
    const notices = noticesOf({ path: 'internal', endpoints: { deep: { path: 'all' } } }, production);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^In production \/internal\/all shows components only\. .*apiKeys.*HEALTH_API_KEYS/);
  });

  it('contain the variable with the configured prefix', () => {
    const [notice] = noticesOf({ environmentPrefix: 'APP_' }, production);
    expect(notice).not.toContain('HEALTH_API_KEYS');
  });

  it.each<[string, HealthModuleOptions]>([
    ['there is access control', { access: { apiKeys: 'k' } }],
    ['the endpoint is turned off', { endpoints: { deep: false } }],
    ['the view was set', { endpoints: { deep: { view: 'components' } } }],
  ])('do not mention views when %s', (_when, options) => {
    expect(noticesOf(options, production)).toStrictEqual([]);
  });

  it('list the variables that have no effect', () => {
    expect(noticesOf({}, { HEALTH_DEDLINE: '5', HEALTH_DEADLINE: '500', HEALTH_X: '1', OTHER: '1' })).toStrictEqual([
      'These environment variables have no effect: HEALTH_DEDLINE (did you mean HEALTH_DEADLINE?), HEALTH_X',
    ]);
  });

  it('list checks that may take longer than the deadline', () => {
    const notices = noticesOf(
      { deadline: 800 },
      {},
      {
        slow: { timeout: 801 },
        retried: { timeout: 300, retries: 2, retryDelay: 50 },
        fine: { timeout: 800 },
        background: { timeout: 5000, interval: 60_000 },
        disabled: { timeout: 5000, enabled: false },
      },
    );
    expect(notices).toHaveLength(2);
    expect(notices[0]).toContain(
      'The indicator "slow" may take 801 ms (timeout and retries), but a probe responds within 800 ms',
    );
    expect(notices[1]).toContain('The indicator "retried" may take 1000 ms');
  });

  it('warn when there are no indicators, with the usual reasons', () => {
    expect(noticesOf({}, {}, {})).toStrictEqual([NO_INDICATORS]);
  });

  it('list the providers without the decorator', () => {
    const [notice, ...others] = noticesOf({}, {}, { database: {} }, ['StockHealth in AppModule', 'CacheHealth in B']);
    expect(others).toEqual([]);
    expect(notice).toContain('@HealthIndicator() is missing: StockHealth in AppModule, CacheHealth in B.');
  });

  it.each(['README.md', 'docs/faq.md'])('are empty for the timeout that %s shows as an example', async (file) => {
    const text = await readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
    const [, value] = /HEALTH_PAYMENTS_TIMEOUT=(\w+)/.exec(text) ?? [];
    const environment = new Environment('HEALTH_', { HEALTH_PAYMENTS_TIMEOUT: value });
    const faults = new Faults();
    const timeout = Number(indicatorOptionsFromEnvironment('payments', environment, faults).timeout);
    expect(faults.list).toEqual([]);
    expect(timeout).toBeGreaterThan(0);
    expect(noticesOf({}, {}, { payments: { timeout } })).toEqual([]);
  });

  it('include every notice', () => {
    expect(noticesOf({}, { ...production, HEALTH_X: '1' }, { slow: { timeout: 5000 } })).toHaveLength(3);
  });
});

describe('indicatorList', () => {
  it('counts and lists the indicators', () => {
    expect(indicatorList(['database'])).toBe('1 indicator: database');
    expect(indicatorList(['database', 'cache', 'payments'])).toBe('3 indicators: database, cache, payments');
  });

  it('lists at most 50 indicators', () => {
    const line = indicatorList(Array.from({ length: 1000 }, (_, index) => `i${index}`));
    expect(line).toMatch(/^1000 indicators: i0, .*, i49 and 950 more$/);
  });
});
