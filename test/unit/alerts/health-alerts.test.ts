import type { HealthMonitor } from 'nest-vitals';
import { expect, it } from 'vitest';
import { resolveAlertsOptions } from '../../../src/alerts/alerts-options.js';
import { HealthAlerts } from '../../../src/alerts/health-alerts.js';
import { webhook } from '../../../src/alerts/webhook.js';

it('listens from its start to its end, to each probe once, and to none that nobody asks for', async () => {
  const listened: string[] = [];
  const listen = (what: string): (() => void) => {
    listened.push(what);
    return () => void listened.splice(listened.indexOf(what), 1);
  };
  const monitor: HealthMonitor = {
    indicators: [],
    probes: ['live', 'ready'],
    state: { phase: 'accepting' },
    peek: () => expect.unreachable('nothing is sent'),
    onRun: () => expect.unreachable('runs are too many'),
    onResponse: () => expect.unreachable('answers are none of its business'),
    onChange: () => listen('changes'),
    onState: () => listen('states'),
    aroundCheck: () => expect.unreachable('checks are none of its business'),
    onProbeChange: (probe) => listen(probe),
  };
  const targets = [['ready'], ['ready'], []].map((probes) => webhook({ url: 'http://127.0.0.1:9', probes }));
  const settings = resolveAlertsOptions({ targets }, monitor.probes, []);
  const silent = (): void => undefined;
  const alerts = new HealthAlerts(settings, monitor, { log: silent, warn: silent, error: silent });
  expect(listened.toSorted()).toEqual(['changes', 'ready', 'states']);

  await alerts.stop();
  expect(listened).toEqual([]);
});
