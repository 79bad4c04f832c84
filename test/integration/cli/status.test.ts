import { describe, expect, it } from 'vitest';
import { listen, reports, runCli } from './support.js';

const ORDERS = {
  status: 'DEGRADED',
  service_info: { name: 'orders', version: '1.4.2', uptime_seconds: 1 },
  details: {
    database: { status: 'UP', response_time_ms: 3 },
    payments: { status: 'DEGRADED', response_time_ms: 12, message: 'slow \u001B[2J', since: new Date(0).toISOString() },
  },
};

describe('nest-vitals status', () => {
  it('prints a line for each application and indicator, and exits with 0 while all responses are 200', async () => {
    const { url, requests } = await listen(reports(200, ORDERS));

    const { exitCode, output } = await runCli(['status', url]);

    expect(exitCode).toBe(0);
    expect(requests[0]?.url).toBe('/health/deep');
    expect(
      output
        .replaceAll(/ +/g, ' ')
        .replace(/\d+ ms http/, 'N ms http')
        .replace(/for \d+ d/, 'for N d'),
    ).toBe(
      `orders 1.4.2 DEGRADED N ms ${url}/health/deep\n database UP 3 ms\n payments DEGRADED 12 ms slow [2J, for N d\n`,
    );
  });

  it('shows an address without a report as UNKNOWN, and exits with 1', async () => {
    const { url } = await listen(reports(200, ORDERS));

    const { exitCode, output } = await runCli(['status', url, 'http://127.0.0.1:1/health/ready']);

    expect(exitCode).toBe(1);
    expect(output).toMatch(/http:\/\/127\.0\.0\.1:1\/health\/ready +UNKNOWN .*ECONNREFUSED/);
  });

  it.each([
    { payments: null },
    { payments: 'DOWN' },
    { payments: { status: '\u001B[2J' } },
    { payments: { status: 'UP', response_time_ms: '\u001B[2J' } },
    { database: { status: 'UP', details: { primary: null } } },
    [],
  ])('shows the status of a report with the malformed details %j', async (details) => {
    const report = { status: 'UP', details };
    const { url } = await listen(reports(200, report));
    const { exitCode, output } = await runCli(['status', url]);
    expect([exitCode, output]).toStrictEqual([0, expect.stringMatching(/^\S+ +UP +\d+ ms\n$/)]);
  });

  it('requests the probe of --probe', async () => {
    const { url, requests } = await listen(reports(200, ORDERS));

    await runCli(['status', url, `${url}/base/health`, '--probe', 'ready']);

    const paths = requests.map((request) => String(request.url));
    expect(new Set(paths)).toEqual(new Set(['/base/health/ready', '/health/ready']));
  });

  it('uses colours only if the terminal supports them', async () => {
    const { url } = await listen(reports(200, ORDERS));

    expect((await runCli(['status', url])).output).not.toContain('\u001B');
    expect((await runCli(['status', url], { terminal: { hasColours: true } })).output).toContain('\u001B[33mDEGRADED');
  });

  it('repeats with --watch until it is interrupted', async () => {
    const interrupted = new AbortController();
    let requested = 0;
    const { url } = await listen((request, response) => {
      requested += 1;
      if (requested === 3) interrupted.abort();
      reports(200, ORDERS)(request, response);
    });

    const { exitCode, output } = await runCli(['status', url, '--watch', '--every', '1ms'], {
      signal: interrupted.signal,
    });

    expect([exitCode, requested]).toEqual([0, 3]);
    expect(output.match(/^orders/gm)).toHaveLength(3);
  });

  it('prints JSON', async () => {
    const { url } = await listen(reports(200, ORDERS));

    const [first] = JSON.parse((await runCli(['status', url, '--json'])).output) as object[];

    expect(first).toMatchObject({ url: `${url}/health/deep`, statusCode: 200, report: ORDERS });
  });
});
