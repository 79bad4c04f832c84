import type { HealthMonitor } from 'nest-vitals';
import { expect, it } from 'vitest';
import { resolveAlertsOptions } from '../../../src/alerts/alerts-options.js';
import { Faults } from '../../../src/options/faults.js';
import { HealthAlerts } from '../../../src/alerts/health-alerts.js';
import { webhook } from '../../../src/alerts/webhook.js';

it('HealthAlerts subscribes once to each probe of its targets, and to no other probe, until stop()', async () => {
  const listened: string[] = [];
  const listen = (what: string): (() => void) => {
    listened.push(what);
    return () => void listened.splice(listened.indexOf(what), 1);
  };
  const monitor: HealthMonitor = {
    indicators: [],
    refusals: [],
    probes: ['live', 'ready'],
    state: { phase: 'accepting' },
    peek: () => expect.unreachable('no alert is sent'),
    onRun: () => listen('runs'),
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
    onOverride: () => listen('overrides'),
    recordStall: () => expect.unreachable('alerts record no stalls'),
  };
  const targets = [['ready'], ['ready'], []].map((probes) => webhook({ url: 'http://127.0.0.1:9', probes }));
  const settings = resolveAlertsOptions({ targets }, monitor.probes, new Faults());
  const silent = (): void => undefined;
  const alerts = new HealthAlerts(settings, monitor, { log: silent, warn: silent, error: silent });
  expect(listened.toSorted()).toEqual(['changes', 'overrides', 'ready', 'removals', 'runs', 'stalls', 'states']);

  await alerts.stop();
  expect(listened).toEqual([]);
});
