import { HealthModule } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { memoryStore } from 'nest-vitals/stores/memory';
import { expect, it, vi } from 'vitest';
import { Roster } from '../../src/fleet/roster.js';
import { ADAPTERS, startApplication } from '../support/start-application.js';

it.each(ADAPTERS)('a metrics scrape counts the instances of the fleet once on %s', async (adapter) => {
  const application = await startApplication(adapter, {
    imports: [
      HealthModule.forRoot({ service: { name: 'orders' } }),
      HealthPrometheusModule.forRoot(),
      HealthFleetModule.forRoot({ store: memoryStore(), metrics: true }),
    ],
  });
  await vi.waitFor(async () =>
    expect((await application.get('/health/metrics')).text).toContain(
      'health_fleet_ready_instances{service="orders"} 1',
    ),
  );
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const instances = vi.spyOn(Roster.prototype, 'instances');
  await application.get('/health/metrics');
  // The comparison that runs every second passes its own time, so its calls are not counted.
  expect(instances.mock.calls.filter(([now]) => now === undefined)).toHaveLength(1);
  instances.mockRestore();
  vi.useRealTimers();
});
