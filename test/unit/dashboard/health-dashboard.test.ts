import { expect, it } from 'vitest';
import { resolveDashboardOptions } from '../../../src/dashboard/dashboard-options.js';
import { HealthDashboard } from '../../../src/dashboard/health-dashboard.js';
import type { HealthEndpoints, HealthFormatter } from '../../../src/extension/health-endpoints.js';
import type { HealthMonitor } from '../../../src/extension/health-monitor.js';

it('shows the status if the page cannot be rendered, and reports the error', () => {
  let formatter: HealthFormatter | undefined;
  const faults: unknown[] = [];
  const nothing = (): void => undefined;
  const monitor = {
    probes: [],
    state: { phase: 'accepting' },
    onRun: () => nothing,
    onChange: () => nothing,
    onOverride: () => nothing,
    onState: () => nothing,
    onRemoved: () => nothing,
    onStall: () => nothing,
    get indicators() {
      throw new Error('no indicators');
    },
  } as unknown as HealthMonitor;
  const endpoints = {
    add: nothing,
    addFormat: (given: HealthFormatter) => (formatter = given),
  } as unknown as HealthEndpoints;
  new HealthDashboard(resolveDashboardOptions({}), monitor, endpoints, (fault) => faults.push(fault)).install();

  const report = { status: 'DOWN', details: { database: { status: 'DOWN' } } } as const;
  const page = formatter?.format({ name: 'deep', report, view: 'full', base: '', port: 'main' });
  expect(page).toContain('<span>Down</span>');
  expect(page).not.toContain('database');
  expect(faults).toEqual([new Error('no indicators')]);
});
