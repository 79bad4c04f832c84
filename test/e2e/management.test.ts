import { HealthIndicator, HealthModule, type HealthModuleOptions, down, up } from 'nest-vitals';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthManagement, HealthManagementModule, type HealthManagementOptions } from 'nest-vitals/management';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import type { ModuleMetadata } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { ADAPTERS, type AdapterName, type TestApplication, startApplication } from '../support/start-application.js';

@HealthIndicator('database')
class Database implements HealthIndicator {
  check() {
    return up({ pool: 3 });
  }
}

@HealthIndicator('payments', { critical: false })
class Payments implements HealthIndicator {
  check() {
    return down('refused');
  }
}

interface ReceivedResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function start(
  adapter: AdapterName,
  management: HealthManagementOptions,
  options: HealthModuleOptions = {},
  root: ModuleMetadata = {},
): Promise<{
  readonly application: TestApplication;
  readonly ask: (path: string, init?: RequestInit) => Promise<ReceivedResponse>;
}> {
  const application = await startApplication(adapter, {
    imports: [
      HealthModule.forRoot(options),
      HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1', ...management }),
      HealthPrometheusModule.forRoot(),
      HealthDashboardModule.forRoot({ refresh: false }),
      ...(root.imports ?? []),
    ],
    providers: [Database, Payments, ...(root.providers ?? [])],
  });
  const { port = 0 } = application.app.get(HealthManagement).address ?? {};
  return { application, ask: (path, init) => request(port, path, init) };
}

async function request(port: number, path: string, init: RequestInit = {}): Promise<ReceivedResponse> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}

/** Removes the time, and the headers that Express and node:http add themselves. */
function comparable({ status, headers, body }: ReceivedResponse): object {
  const { date: _date, 'keep-alive': _time, 'x-powered-by': _by, 'x-health-checked-at': _at, ...rest } = headers;
  const isPage = rest['content-type']?.startsWith('text/html');
  const text = body.replaceAll(/"(timestamp|uptime_seconds|checked_at)":("[^"]*"|[\d.]+)/g, '');
  return {
    status,
    headers: isPage ? { ...rest, 'content-length': '' } : rest,
    body: isPage ? body.length > 10_000 : text,
  };
}

const KEY = 'a-key-of-thirty-two-characters-00';
const REQUESTS: readonly (readonly [path: string, init?: RequestInit])[] = [
  ['/health/live'],
  ['/health/ready'],
  ['/health/startup'],
  ['/health'],
  ['/health?deep=true'],
  ['/health/deep'],
  ['/health/deep', { headers: { 'x-health-key': KEY } }],
  ['/health/ready', { headers: { authorization: `Bearer ${KEY}` } }],
  ['/health/ready?format=text'],
  ['/health/ready', { headers: { accept: 'application/health+json' } }],
  ['/health/ready?format=unknown'],
  ['/health/database'],
  ['/health/nothing'],
  ['/readyz'],
  ['/livez'],
  ['/health/dashboard', { headers: { accept: 'text/html' } }],
  ['/health/ready', { method: 'HEAD' }],
];

describe.each(ADAPTERS)('the management port beside %s', (adapter) => {
  describe.each([false, true])('with a thread: %s', (thread) => {
    it.each([
      ['without access control', {}],
      ['with an API key', { access: { apiKeys: [KEY] } }],
      ['with authorize', { access: { authorize: ({ url }) => url.includes('deep') } }],
    ] satisfies [string, HealthModuleOptions][])('sends the responses of the main port %s', async (_title, options) => {
      const { application, ask } = await start(
        adapter,
        { thread },
        {
          ...options,
          aliases: true,
          headers: { 'x-team': 'orders' },
          // No check runs again, however slow the machine is.
          defaults: { ttl: '1m' },
        },
      );
      for (const [path, init] of REQUESTS) {
        const main = await request(application.port, path, init);
        // Twice, because the second response may come from memory.
        const first = comparable(await ask(path, init));
        const second = comparable(await ask(path, init));
        expect([path, first]).toEqual([path, comparable(main)]);
        expect([path, second]).toEqual([path, comparable(main)]);
      }
    });

    it('serves metrics', async () => {
      const { ask } = await start(adapter, { thread });
      const { status, body } = await ask('/health/metrics');
      expect(status).toBe(200);
      expect(body).toContain('health_indicator_status');
    });

    it('refuses methods other than GET and HEAD', async () => {
      const { ask } = await start(adapter, { thread });
      expect(await ask('/health/live', { method: 'POST' })).toMatchObject({
        status: 405,
        headers: { allow: 'GET, HEAD' },
        body: JSON.stringify({ error: 'method not allowed' }),
      });
    });

    it('refuses other paths', async () => {
      const { ask } = await start(adapter, { thread });
      expect((await ask('/')).status).toBe(404);
      expect((await ask('/health/a/b')).status).toBe(404);
      expect((await ask('/health/%E0%A4%A')).status).toBe(404);
    });

    it('ignores the case of paths, like Express, but not the case of names', async () => {
      const { ask } = await start(adapter, { thread }, { aliases: true });
      const paths = ['/HEALTH/Ready', '/health/DEEP', '/Readyz', '/health/Live?format=text', '/HEALTH/database'];
      const codes = paths.map(async (path) => [path, (await ask(path)).status]);
      expect(await Promise.all(codes)).toEqual(paths.map((path) => [path, 200]));
      expect((await ask('/health/Database')).status).toBe(404);
    });

    it('closes with the application', async () => {
      const { application, ask } = await start(adapter, { thread });
      await application.app.close();
      await expect(ask('/health/live')).rejects.toThrow('fetch failed');
    });
  });
});
