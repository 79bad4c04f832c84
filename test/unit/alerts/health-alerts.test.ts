import type { HealthMonitor, HealthOverride, OverrideEvent } from 'nest-vitals';
import { expect, it } from 'vitest';
import { resolveAlertsOptions } from '../../../src/alerts/alerts-options.js';
import { Faults } from '../../../src/options/faults.js';
import { HealthAlerts } from '../../../src/alerts/health-alerts.js';
import { webhook } from '../../../src/alerts/webhook.js';

it('subscribes once to each probe of its targets, and to runs only after an override, until stop()', async () => {
  const listened: string[] = [];
  const listen = (what: string): (() => void) => {
    listened.push(what);
    return () => void listened.splice(listened.indexOf(what), 1);
  };
  let notify = (_event: OverrideEvent): unknown => expect.unreachable('overrides are not observed');
  let run = (_indicator: string): void => expect.unreachable('runs are not observed');
  const monitor: HealthMonitor = {
    indicators: [],
    refusals: [],
    probes: ['live', 'ready'],
    state: { phase: 'accepting' },
    peek: () => expect.unreachable('no alert is sent'),
    onRun: (listener) => {
      run = (indicator) =>
        void listener({
          indicator,
          status: 'UP',
          outcome: 'UP',
          isTimeout: false,
          finishedAt: new Date(),
          duration: 1,
        });
      return listen('runs');
    },
    onResponse: () => expect.unreachable('alerts do not use responses'),
    onChange: () => listen('changes'),
    onState: () => listen('states'),
    onRemoved: () => listen('removals'),
    aroundCheck: () => expect.unreachable('alerts do not wrap checks'),
    onProbeChange: (probe) => listen(probe),
    onStall: () => listen('stalls'),
    overrides: [],
    compareWithPeers: () => expect.unreachable('alerts compare no instances'),
    unreadyLimit: undefined,
    limitUnready: () => expect.unreachable('alerts limit no instances'),
    fleet: undefined,
    linkFleet: () => expect.unreachable('alerts link no fleet'),
    shareRuns: () => expect.unreachable('alerts share no runs'),
    onOverride: (listener) => {
      notify = listener;
      return listen('overrides');
    },
    recordStall: () => expect.unreachable('alerts record no stalls'),
  };
  const targets = [['ready'], ['ready'], []].map((probes) => webhook({ url: 'http://127.0.0.1:9', probes }));
  const settings = resolveAlertsOptions({ targets }, monitor.probes, new Faults());
  const silent = (): void => undefined;
  const alerts = new HealthAlerts(settings, monitor, { log: silent, warn: silent, error: silent });
  const always = ['changes', 'overrides', 'ready', 'removals', 'stalls', 'states'];
  expect(listened.toSorted()).toEqual(always);

  const override = (indicator: string): HealthOverride => ({
    indicator,
    options: { enabled: false },
    reason: 'vendor maintenance',
    by: 'alice',
    since: new Date(),
    until: new Date(),
  });
  const end = (indicator: string): unknown => notify({ kind: 'expired', override: override(indicator), by: undefined });
  notify({ kind: 'begun', override: override('payments'), replaced: undefined });
  expect(listened.toSorted()).toEqual(always);
  end('payments');
  end('stock');
  expect(listened.toSorted()).toEqual([...always, 'runs'].toSorted());
  run('database');
  run('payments');
  expect(listened).toContain('runs');
  run('stock');
  expect(listened.toSorted()).toEqual(always);
  end('payments');
  expect(listened).toContain('runs');

  await alerts.stop();
  expect(listened).toEqual([]);
});
