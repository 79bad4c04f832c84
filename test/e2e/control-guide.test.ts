import { readFileSync } from 'node:fs';
import { HealthModule, down, up } from 'nest-vitals';
import { HealthControlModule } from 'nest-vitals/control';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { describe, expect, it } from 'vitest';
import { runCli } from '../integration/cli/support.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { like, transcriptOf } from '../support/guide-transcript.js';
import { type JsonResponse, sendJson } from '../support/json-request.js';
import { ADAPTERS, type AdapterName, type TestApplication, startApplication } from '../support/start-application.js';

const KEY = 'a-control-key-of-alice';
const guide = readFileSync(new URL('../../docs/control.md', import.meta.url), 'utf8');
const { exchanges, log, commands } = transcriptOf(guide);

/** The application of the guide. One of its indicators reports a wrong result. */
const start = (adapter: AdapterName): Promise<TestApplication> =>
  startApplication(adapter, {
    imports: [
      HealthModule.forRoot(),
      HealthControlModule.forRoot({ apiKeys: { alice: KEY } }),
      HealthPrometheusModule.forRoot(),
    ],
    providers: [FakeIndicator('payments', () => down('refused'), { ttl: 0 }), FakeIndicator('database', () => up())],
  });

describe.each(ADAPTERS)('the guide of the control on %s', (adapter) => {
  it('shows the requests, the responses and the log of a real application', async () => {
    expect(exchanges.map(({ method, path }) => `${method} ${path.replace('/health/', '')}`)).toEqual([
      'GET ready',
      'PUT control/indicators/payments',
      'DELETE control/indicators/payments',
      'POST control/indicators/payments/run',
      'PUT control/maintenance',
      'DELETE control/maintenance',
      'PUT control/indicators/payments',
    ]);
    const application = await start(adapter);
    const send = (method: string, path: string, given: Readonly<Record<string, string>> = {}, body?: string) => {
      const headers = { ...given, 'x-health-key': KEY };
      return sendJson(application.port, method, path, { headers, body });
    };
    const after: Readonly<Record<string, (response: JsonResponse) => Promise<void>>> = {
      'PUT /health/control/indicators/payments': async ({ status }) => {
        if (status !== 200) return;
        const [, code, shown = ''] = /`ready` is (\d+) with\s+`([^`]+)`/.exec(guide) ?? [];
        const ready = await send('GET', '/health/ready');
        expect([ready.status, ready.text]).toEqual([Number(code), expect.stringContaining(shown)]);
        expect(application.health.overrides).toHaveLength(1);
        const { details } = await application.health.report('deep');
        expect(details['payments']?.override).toMatchObject({ enabled: false, by: 'alice' });
        const [, metric, value] = /the metric\s+`(\w+)` is (\d)/.exec(guide) ?? [];
        expect((await send('GET', '/health/metrics')).text).toContain(`${metric}{indicator="payments"} ${value}\n`);
      },
      'PUT /health/control/maintenance': async () => {
        expect((await send('GET', '/health/ready')).status).toBe(503);
        expect((await send('GET', '/health/live')).status).toBe(200);
      },
    };
    for (const { method, path, headers, body, status, response } of exchanges) {
      const received = await send(method, path, headers, body);
      expect(received.text, `${method} ${path}`).toMatch(like(response));
      expect(received.status).toBe(status);
      await after[`${method} ${path}`]?.(received);
    }
    const lines = [...application.log.health('warn'), ...application.log.health('log')];
    expect(log).toHaveLength(2);
    for (const line of log) expect(lines).toContainEqual(expect.stringMatching(like(line)));
  });
});

it('the guide of the control shows commands that succeed', async () => {
  expect(commands.length).toBeGreaterThan(5);
  const { port } = await start('express');
  const environment = { PORT: String(port), HEALTH_CONTROL_KEY: KEY };
  for (const [npx, program, ...words] of commands.filter(([first]) => first !== 'export')) {
    expect([npx, program]).toEqual(['npx', 'nest-vitals']);
    expect(await runCli(words, { environment }), `nest-vitals ${words.join(' ')}`).toMatchObject({
      exitCode: 0,
      errors: '',
    });
  }
});
