import { spawnSync } from 'node:child_process';
import { HealthModule, down, up } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { memoryStore } from 'nest-vitals/stores/memory';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FleetPageServer } from '../../../src/cli/fleet/fleet-page-server.js';
import { FleetOverview } from '../../../src/fleet/fleet-overview.js';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { promtool } from '../../support/servers/prometheus.js';
import { missingProgram } from '../../support/servers/programs.js';
import { startApplication } from '../../support/start-application.js';

const SOON = { timeout: 60_000, interval: 50 };
const SERVICE = 'orders "eu"\\1';
const missing = missingProgram([promtool]);
const mustRun = missing === undefined || process.env['CI'] === 'true';
if (!mustRun) process.stderr.write(`skipped the test with promtool: ${missing} is not installed\n`);

const ofFleet = (text: string): string[] => text.split('\n').filter((line) => line.includes('health_fleet_'));

it.runIf(mustRun)(
  'the tool exports the same metrics as an application of the fleet, and promtool accepts them',
  async () => {
    const store = memoryStore();
    const expected = { [SERVICE]: 2 };
    const start = (instance: string) =>
      startApplication('express', {
        imports: [
          HealthModule.forRoot({ service: { name: SERVICE, environment: 'test' } }),
          HealthFleetModule.forRoot({ store, instance, expected, metrics: true }),
          HealthPrometheusModule.forRoot(),
        ],
        providers: [
          FakeIndicator('database', () => up(), { ttl: 0 }),
          FakeIndicator('cache', () => down('away'), { critical: false, ttl: 0 }),
        ],
      });
    const [application] = await Promise.all([start('one'), start('two')]);

    const overview = new FleetOverview({
      store,
      environment: 'test',
      expected: new Map(Object.entries(expected)),
      secret: undefined,
      onFailure: (message) => expect.fail(message),
      onFault: (fault) => expect.fail(String(fault)),
    });
    overview.roster.follow();
    const settings = { host: '127.0.0.1', port: 0, key: undefined, isLoopback: true, hasMetrics: true };
    const server = new FleetPageServer(overview, settings, (fault) => expect.fail(String(fault)));
    const { port } = await server.listen();
    onTestFinished(async () => {
      await server.close();
      overview.stop();
    });

    let text = '';
    await vi.waitFor(async () => {
      text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      expect(text).toContain('health_fleet_failing_instances{service="orders \\"eu\\"\\\\1",indicator="cache"} 2\n');
      expect(text).toContain('health_fleet_ready_instances{service="orders \\"eu\\"\\\\1"} 2\n');
      const exported = (await application.get('/health/metrics')).text;
      expect(ofFleet(text).length).toBeGreaterThan(15);
      expect(ofFleet(text)).toStrictEqual(ofFleet(exported));
    }, SOON);
    const { status, stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect([status, stdout + stderr]).toStrictEqual([0, '']);
  },
);
