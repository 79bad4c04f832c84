import { describe, expect, it } from 'vitest';
import { Environment } from '../../../src/options/environment.js';
import { Faults } from '../../../src/options/faults.js';
import { IndicatorConfiguration } from '../../../src/options/indicator-configuration.js';

const configurationOf = (variables: NodeJS.ProcessEnv = {}): IndicatorConfiguration =>
  new IndicatorConfiguration(
    { defaults: { timeout: 100 }, indicators: { database: { timeout: 300 } }, groups: new Map() },
    new Environment('HEALTH_', variables),
  );

describe('IndicatorConfiguration', () => {
  it('merges the sources of an option by their precedence', () => {
    const at = new Faults().at('here');
    expect(configurationOf().add('cache', undefined, at).timeout).toBe(100);
    expect(configurationOf().add('cache', { timeout: 200 }, at).timeout).toBe(200);
    const configuration = configurationOf();
    expect(configuration.add('database', { timeout: 200 }, at).timeout).toBe(300);
    const fromEnvironment = configurationOf({ HEALTH_DATABASE_TIMEOUT: '400' });
    expect(fromEnvironment.add('database', { timeout: 200 }, at).timeout).toBe(400);
    expect(fromEnvironment.change('database', 'override', { timeout: 600 }, at)?.timeout).toBe(600);
    expect(fromEnvironment.change('database', 'source', { timeout: 500 }, at)?.timeout).toBe(600);
    expect(fromEnvironment.change('database', 'override', undefined, at)?.timeout).toBe(500);
    expect(fromEnvironment.change('database', 'source', undefined, at)?.timeout).toBe(400);
    expect(at.faults.list).toStrictEqual([]);
  });

  it('refuses a source that is valid only with the present override, because the override will end', () => {
    const configuration = configurationOf();
    const faults = new Faults();
    configuration.add('database', { maxAge: 10_000 }, faults.at('here'));
    configuration.change('database', 'override', { maxAge: 600_000 }, faults.at('here'));
    expect(configuration.change('database', 'source', { interval: 60_000 }, faults.at('there'))).toBeUndefined();
    expect(faults.list).toMatchObject([{ place: 'there' }]);
    expect(configuration.change('database', 'override', undefined, new Faults().at('here'))?.interval).toBeUndefined();
  });

  it('refuses a source that contradicts the present override, and keeps the earlier one', () => {
    const configuration = configurationOf();
    const faults = new Faults();
    configuration.add('database', {}, faults.at('here'));
    configuration.change('database', 'source', { ttl: 2000 }, faults.at('here'));
    configuration.change('database', 'override', { maxAge: 20_000 }, faults.at('here'));
    expect(configuration.change('database', 'source', { ttl: 25_000 }, faults.at('there'))).toBeUndefined();
    expect(faults.list).toHaveLength(1);
    expect(configuration.change('database', 'override', undefined, new Faults().at('here'))?.ttl).toBe(2000);
  });

  it('is undefined for an indicator that was not added, or was removed', () => {
    const configuration = configurationOf();
    const at = new Faults().at('here');
    expect(configuration.change('database', 'override', { timeout: 1 }, at)).toBeUndefined();
    configuration.add('database', {}, at);
    configuration.remove('database');
    expect(configuration.change('database', 'override', { timeout: 1 }, at)).toBeUndefined();
    expect(at.faults.list).toStrictEqual([]);
  });
});
