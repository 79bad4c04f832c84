import { expect, it } from 'vitest';
import { resolveDashboardOptions } from '../../../src/dashboard/dashboard-options.js';
import { HealthDashboard } from '../../../src/dashboard/health-dashboard.js';
import type { HealthEndpoints, HealthFormatter } from '../../../src/extension/health-endpoints.js';
import type { HealthMonitor } from '../../../src/extension/health-monitor.js';

const nothing = (): void => undefined;
const MONITOR = {
  probes: [],
  indicators: [],
  state: { phase: 'accepting' },
  onRun: () => nothing,
  onChange: () => nothing,
  onOverride: () => nothing,
  onState: () => nothing,
  onRemoved: () => nothing,
  onStall: () => nothing,
};

/** Returns a function that renders the page of a report. */
function install(monitor: object, onFault: (fault: unknown) => void) {
  let formatter: HealthFormatter | undefined;
  const endpoints = { add: nothing, addFormat: (given: HealthFormatter) => (formatter = given) };
  new HealthDashboard(
    resolveDashboardOptions({}),
    monitor as HealthMonitor,
    endpoints as unknown as HealthEndpoints,
    onFault,
  ).install();
  return (report: Parameters<HealthFormatter['format']>[0]['report']) =>
    formatter?.format({ name: 'deep', report, view: 'full', base: '', port: 'main' });
}

it('the dashboard shows the status if the page cannot be rendered, and reports the error', () => {
  const faults: unknown[] = [];
  const monitor = {
    ...MONITOR,
    get indicators() {
      throw new Error('no indicators');
    },
  };
  const render = install(monitor, (fault) => faults.push(fault));

  const page = render({ status: 'DOWN', details: { database: { status: 'DOWN' } } });
  expect(page).toContain('<span>Down</span>');
  expect(page).not.toContain('database');
  expect(faults).toEqual([new Error('no indicators')]);
});

it('the dashboard says in the line of a check that a source disabled it, and that options are refused', () => {
  const render = install(MONITOR, (error) => expect.unreachable(String(error)));
  const source = { options: { enabled: false }, refused: ['enabled: use true or false'] };
  const details = { payments: { status: 'SKIPPED', source }, stock: { status: 'UP', source: { options: { ttl: 1 } } } };
  const page = String(render({ status: 'UP', details } as never));

  const lineOf = (name: string) => new RegExp(`<li id="c-${name}"[^]*?</summary>`).exec(page)?.[0];
  expect(lineOf('payments')).toMatch(/disabled by a source of options.*options of a source are refused/);
  expect(lineOf('stock')).not.toContain('source');
});
