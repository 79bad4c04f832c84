import { describe, expect, it } from 'vitest';
import type { SourceOptions } from '../../../src/extension/source-options.js';
import { HealthSources } from '../../../src/sources/health-sources.js';
import type { ConfigurationObserver } from '../../../src/sources/configuration-source.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

describe('HealthSources', () => {
  useFakeClock();

  it('applies the options again to an indicator that was removed and registered by the same name', async () => {
    const applied: unknown[] = [];
    let isRegistered = true;
    let remove = (_indicator: string): unknown => undefined;
    const target: SourceOptions = {
      has: () => isRegistered,
      onRemoved: (listener) => {
        remove = listener;
        return () => undefined;
      },
      apply: (_indicator, options) => {
        applied.push(options);
        return [];
      },
    };
    let follower: ConfigurationObserver | undefined;
    const source = {
      name: 'a source',
      watch: (observer: ConfigurationObserver) => {
        follower = observer;
        observer.snapshot(new Map([['tenant', '{"timeout":50}']]));
        return () => undefined;
      },
    };
    const silent = (): void => undefined;
    const sources = new HealthSources({ sources: [source], bootTimeout: 100 }, target, { log: silent, warn: silent });
    await sources.start();
    expect(applied).toEqual([{ timeout: 50 }]);

    isRegistered = false;
    remove('tenant');
    expect(sources.state).toMatchObject([{ options: {} }]);
    await advance(60_000);
    isRegistered = true;
    await advance(60_000);
    expect(applied).toEqual([{ timeout: 50 }, { timeout: 50 }]);
    expect(sources.state).toMatchObject([{ options: { tenant: { timeout: 50 } } }]);

    // Options that the source removes meanwhile do not come back.
    isRegistered = false;
    remove('tenant');
    follower?.removed('tenant');
    isRegistered = true;
    await advance(60_000);
    expect(applied).toHaveLength(2);
    sources.stop();
  });
});
