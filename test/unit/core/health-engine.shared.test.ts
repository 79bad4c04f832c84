import { describe, expect, it } from 'vitest';
import type { CheckSettings } from '../../../src/core/check.js';
import { type HealthResult, degraded, down, skipped, up } from '../../../src/core/result.js';
import { RecordedEngine } from '../../support/engine.js';
import { useFakeClock } from '../../support/fake-clock.js';

/** An engine with one shared indicator. The test sets its result. */
class SharedDatabase extends RecordedEngine {
  result: HealthResult = up();

  constructor(settings: Partial<CheckSettings>) {
    super();
    this.add('database', () => this.result, { ttl: 0, ...settings });
  }
}

describe('HealthEngine, shared indicators', () => {
  useFakeClock();

  it('fails ready until the indicator has passed once, so that a rollout with a broken database stops', async () => {
    const health = new SharedDatabase({ shared: true });
    health.result = down('away');
    const report = await health.report('ready');
    expect(report.status).toBe('DOWN');
    expect(report.details['database']).not.toHaveProperty('shared');
  });

  it.each([up(), degraded('slow')])('tolerates a failure after $status, and reports the reason', async (result) => {
    const health = new SharedDatabase({ shared: true });
    health.result = result;
    await health.report('ready');
    health.result = down('away');
    const report = await health.report('ready');
    expect(report.status).toBe('DEGRADED');
    expect(report.details['database']).toMatchObject({
      status: 'DOWN',
      critical: true,
      shared: 'every instance depends on it',
    });
  });

  it('does not count SKIPPED as passed', async () => {
    const health = new SharedDatabase({ shared: true });
    health.result = skipped('no replica configured');
    await health.report('ready');
    health.result = down('away');
    expect((await health.report('ready')).status).toBe('DOWN');
  });

  it('does not affect other probes or the events', async () => {
    const health = new SharedDatabase({ shared: true, probes: ['ready', 'live'] });
    await health.report('ready');
    health.result = down('away');
    for (const probe of ['live', 'deep', 'database']) {
      const report = await health.report(probe);
      expect(report.status).toBe('DOWN');
      expect(report.details['database']).not.toHaveProperty('shared');
    }
    expect(health.changes).toMatchObject([{ indicator: 'database', critical: true, from: 'UP', to: 'DOWN' }]);
  });

  it('does not affect a non-critical indicator or a passing indicator', async () => {
    const health = new SharedDatabase({ shared: true, critical: false });
    expect((await health.report('ready')).details['database']).not.toHaveProperty('shared');
    health.result = down('away');
    const report = await health.report('ready');
    expect(report.status).toBe('DEGRADED');
    expect(report.details['database']).not.toHaveProperty('shared');
  });

  describe('with a quorum', () => {
    const shared = { quorum: 0.5, minPeers: 3 };

    it('decides alone without data of other instances', async () => {
      const health = new SharedDatabase({ shared });
      await health.report('ready');
      health.result = down('away');
      expect((await health.report('ready')).status).toBe('DOWN');
    });

    it('follows the reports of the other instances at once', async () => {
      const health = new SharedDatabase({ shared });
      let outage: string | undefined;
      const asked: unknown[] = [];
      health.engine.compareWithPeers({
        of: (...question) => {
          asked.push(question);
          return outage;
        },
      });
      await health.report('ready');
      health.result = down('away');
      expect((await health.report('ready')).status).toBe('DOWN');
      outage = 'shared outage: 7 of 8 instances';
      const report = await health.report('ready');
      expect(report.status).toBe('DEGRADED');
      expect(report.details['database']).toMatchObject({ status: 'DOWN', shared: outage });
      outage = undefined;
      expect((await health.report('ready')).status).toBe('DOWN');
      expect(asked).toContainEqual(['database', shared]);
    });

    it('does not use reports of other instances for an indicator that has never passed', async () => {
      const health = new SharedDatabase({ shared });
      health.engine.compareWithPeers({ of: () => 'shared outage: 7 of 8 instances' });
      health.result = down('away');
      expect((await health.report('ready')).status).toBe('DOWN');
    });
  });
});
