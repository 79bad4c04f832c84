import { describe, expect, it } from 'vitest';
import { bootNotices } from '../../src/boot-notices.js';
import type { CheckSettings } from '../../src/core/check.js';
import type { HealthModuleOptions } from '../../src/options/health-module-options.js';
import { resolveModuleOptions } from '../../src/options/resolve-module.js';
import { checkDefinition } from '../support/check-definition.js';

function noticesOf(
  options: HealthModuleOptions = {},
  variables: NodeJS.ProcessEnv = {},
  checks: Record<string, Partial<CheckSettings>> = {},
): string[] {
  const { settings, environment } = resolveModuleOptions(
    { service: { name: 'a', version: '1' }, ...options },
    variables,
  );
  const definitions = Object.entries(checks).map(([name, check]) => checkDefinition(name, () => undefined, check));
  return bootNotices(settings, environment, definitions);
}

const production = { NODE_ENV: 'production' };

describe('bootNotices', () => {
  it('are none when there is nothing odd', () => {
    expect(noticesOf({}, {}, { database: {} })).toStrictEqual([]);
  });

  it('tell of views that are narrowed in production, and how to open them', () => {
    const notices = noticesOf({ path: 'internal', endpoints: { deep: { path: 'all' } } }, production);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^In production \/internal\/all shows components only\. .*apiKeys.*HEALTH_API_KEYS/);
  });

  it('name a variable that really opens them, when the prefix is another', () => {
    const [notice] = noticesOf({ environmentPrefix: 'APP_' }, production);
    expect(notice).not.toContain('HEALTH_API_KEYS');
  });

  it.each<[string, HealthModuleOptions]>([
    ['there is access control', { access: { apiKeys: 'k' } }],
    ['the endpoint is turned off', { endpoints: { deep: false } }],
    ['the view was set', { endpoints: { deep: { view: 'components' } } }],
  ])('say nothing of views when %s', (_when, options) => {
    expect(noticesOf(options, production)).toStrictEqual([]);
  });

  it('name the variables that configure nothing', () => {
    expect(noticesOf({}, { HEALTH_DEDLINE: '5', HEALTH_DEADLINE: '500', HEALTH_X: '1', OTHER: '1' })).toStrictEqual([
      'These environment variables configure nothing: HEALTH_DEDLINE, HEALTH_X',
    ]);
  });

  it('tell of checks that may take longer than an answer', () => {
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
    expect(notices[0]).toContain('The check "slow" may take 801 ms, but a probe answers within 800 ms');
    expect(notices[1]).toContain('The check "retried" may take 1000 ms');
  });

  it('are all told', () => {
    expect(noticesOf({}, { ...production, HEALTH_X: '1' }, { slow: { timeout: 5000 } })).toHaveLength(3);
  });
});
