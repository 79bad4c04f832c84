import { mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listen, reports, runCli } from './support.js';

const UP = { status: 'UP', details: { database: { status: 'UP', response_time_ms: 3 } } };
const DOWN = {
  status: 'DOWN',
  details: {
    database: { status: 'DOWN', error: 'timed out\nafter 500 ms', response_time_ms: 500 },
    stock: { status: 'DEGRADED', message: 'replica is 42 s behind' },
    mail: { status: 'SKIPPED', message: 'disabled' },
  },
};
const folder = (): string => mkdtempSync(join(tmpdir(), 'nest-vitals-cli-'));

describe('nest-vitals check', () => {
  it('exits with 0 for a report with the status code 200', async () => {
    const { url, requests } = await listen(reports(200, UP));

    const { exitCode, output } = await runCli(['check', 'live', '--url', url]);

    expect([exitCode, requests[0]?.url]).toEqual([0, '/health/live']);
    expect(output).toMatch(/^live is UP \(200, \d+ ms\)\n$/);
  });

  it('requests a part of a composite, and lists the failing parts', async () => {
    const replica = { status: 'DOWN', error: '42 s behind', response_time_ms: 7 };
    const database = {
      status: 'DEGRADED',
      message: 'replica is DOWN',
      details: { primary: { status: 'UP' }, replica },
    };
    const report = { status: 'DEGRADED', details: { database } };
    const { url, requests } = await listen(reports(200, report));

    const { exitCode, output } = await runCli(['check', 'database/primary', '--url', url, '--nagios']);

    expect([exitCode, requests[0]?.url]).toEqual([1, '/health/database/primary']);
    expect(output).toMatch(
      /database\/primary is DEGRADED; database DEGRADED \(replica is DOWN\); database\/replica DOWN \(42 s behind\) \| time=\d+ms 'database\/replica'=7ms\n$/,
    );
  });

  it('exits with 1 for a failing report and lists the failing indicators on one line', async () => {
    const { url } = await listen(reports(503, DOWN));

    const { exitCode, output } = await runCli(['check', '--url', url]);

    expect(exitCode).toBe(1);
    expect(output).toMatch(
      /^ready is DOWN \(503, \d+ ms\): database DOWN \(timed out after 500 ms\); stock DEGRADED \(replica is 42 s behind\)\n$/,
    );
  });

  it.each([
    ['a page of the application', 200, '<html>', 'the response is not a health report'],
    ['JSON that is no report', 200, '{"status":"fine"}', 'the response is not a health report'],
    ['a missing probe', 404, '{"error":"not found"}', 'there is no such probe at this address'],
    ['a missing key', 401, '{"error":"unauthorized"}', 'access denied: give an API key with --key-file'],
    ['a redirect', 302, '', 'a redirect, which is not followed: give the final URL'],
  ])('exits with 1 for %s', async (_kind, statusCode, body, problem) => {
    const { url } = await listen((_request, response) => response.writeHead(statusCode).end(body));

    const { exitCode, output } = await runCli(['check', '--url', url]);

    expect([exitCode, output]).toEqual([1, `ready: no health report (${statusCode}): ${problem}\n`]);
  });

  it('exits with 1 when the body is not complete within the timeout', async () => {
    const { url } = await listen((_request, response) => void response.writeHead(200).write('{'));

    const { exitCode, output } = await runCli(['check', '--url', url, '--timeout', '100ms']);

    expect([exitCode, output]).toEqual([1, 'ready: no health report (no response): no response within 100 ms\n']);
  });

  it('exits with 1 when the connection breaks or is refused', async () => {
    const { url, port } = await listen((request) => request.socket.destroy());
    expect((await runCli(['check', '--url', url])).exitCode).toBe(1);

    const refused = await runCli(['check', '--host', '127.0.0.2', '--port', port, '--timeout', '2s']);
    expect([refused.exitCode, refused.output]).toEqual([1, expect.stringContaining('no health report (no response)')]);
  });

  it('reads the status of every format from the header', async () => {
    const { url } = await listen((_request, response) =>
      response.writeHead(200, { 'x-health-status': 'DEGRADED' }).end('{"status":"ok"}'),
    );

    expect(await runCli(['check', '--url', url])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('DEGRADED'),
    });
  });

  it('sends the API key of a file or of the environment, and further headers', async () => {
    const { url, requests } = await listen(reports(200, UP));
    const file = join(folder(), 'key');
    writeFileSync(file, 'secret-of-the-file\n');

    await runCli(['check', '--url', url, '--key-file', file, '--header', 'X-Tenant: a: b']);
    await runCli(['check', '--url', url], { environment: { HEALTH_API_KEY: 'secret-of-the-environment' } });

    expect(requests.map(({ headers }) => [headers['x-health-key'], headers['x-tenant']])).toEqual([
      ['secret-of-the-file', 'a: b'],
      ['secret-of-the-environment', undefined],
    ]);
  });

  it('connects over a Unix socket', async () => {
    const socket = join(folder(), 'health.sock');
    const { requests } = await listen(reports(200, UP), socket);

    expect((await runCli(['check', 'startup', '--socket', socket])).exitCode).toBe(0);
    expect(requests[0]?.url).toBe('/health/startup');
  });

  it('uses the port of the environment, and the path of --path', async () => {
    const { port, requests } = await listen(reports(200, UP));

    await runCli(['check', '--path', '/internal/health/'], { environment: { PORT: port } });

    expect(requests[0]?.url).toBe('/internal/health/ready');
  });

  it('uses a complete URL without change, and appends the given probe', async () => {
    const { url, requests } = await listen(reports(200, UP));

    await runCli(['check', '--url', `${url}/base/health/ready`]);
    await runCli(['check', 'live', '--url', `${url}/base/health`]);

    expect(requests.map((request) => request.url)).toEqual(['/base/health/ready', '/base/health/live']);
  });

  it('prints the report, or the problem, as JSON', async () => {
    const { url } = await listen(reports(503, DOWN));

    expect(JSON.parse((await runCli(['check', '--url', url, '--json'])).output)).toEqual(DOWN);
    expect(JSON.parse((await runCli(['check', 'live', '--port', '1', '--json'])).output)).toEqual({
      error: expect.stringContaining('ECONNREFUSED'),
    });
  });

  describe('with --nagios', () => {
    it.each([
      ['UP', 200, UP, 0, /^HEALTH OK - ready is UP \| time=\d+ms 'database'=3ms\n$/],
      ['DEGRADED', 200, { status: 'DEGRADED' }, 1, /^HEALTH WARNING - ready is DEGRADED \| time=\d+ms\n$/],
      ['DOWN', 503, { status: 'DOWN', reason: 'a|b' }, 2, /^HEALTH CRITICAL - ready is DOWN; a\/b \| time=\d+ms\n$/],
    ])("exits with the plugin's exit code for %s", async (_status, statusCode, report, expected, output) => {
      const { url } = await listen(reports(statusCode, report));

      const ran = await runCli(['check', '--nagios', '--url', url]);

      expect(ran.exitCode).toBe(expected);
      expect(ran.output).toMatch(output);
    });

    it('is CRITICAL without a report and UNKNOWN for a wrong command line', async () => {
      expect((await runCli(['check', '--nagios', '--port', '1'])).exitCode).toBe(2);
      expect((await runCli(['check', '--nagios', '--port', 'x'])).exitCode).toBe(3);
    });
  });

  describe('with --file', () => {
    it('exits with 0 while the file is recent enough, and with 1 when it is too old or missing', async () => {
      const file = join(folder(), 'live');
      writeFileSync(file, '');
      expect((await runCli(['check', '--file', file])).exitCode).toBe(0);

      utimesSync(file, new Date(), new Date(Date.now() - 60_000));
      const old = await runCli(['check', '--file', file]);
      expect(old.exitCode).toBe(1);
      expect(old.output).toMatch(/was last touched \d+ ms ago, more than 30000 ms\n$/);
      expect((await runCli(['check', '--file', file, '--max-age', '5m'])).exitCode).toBe(0);

      const missing = await runCli(['check', '--file', `${file}-of-another`]);
      expect([missing.exitCode, missing.output]).toEqual([1, `${file}-of-another does not exist\n`]);
    });
  });

  it.each([
    [['frobnicate'], '"frobnicate" is not a command: use check, status, control or fleet'],
    [[], 'no command: use check, status, control or fleet'],
    [['check', '--prot', '3'], "Unknown option '--prot'"],
    [['check', '--port', '70000'], '--port is "70000": use a whole number from 1 to 65535'],
    [['check', '--timeout', '5y'], '--timeout is "5y": use a number of milliseconds, or a unit: 500ms, 5s, 1m'],
    [['check', '--url', 'ftp://a'], 'ftp://a: the protocol ftp: is not supported: use http: or https:'],
    [['check', '--url', 'http://['], '"http://[" is not a URL: give one such as http://127.0.0.1:3000/health/ready'],
    [['check', '--url', 'a', '--port', '1'], '--url and --port exclude each other: give one of them'],
    [['check', '--header', 'nonsense'], '--header "nonsense" is not a header: use "Name: value"'],
    [['check', '--header', 'a: b\r\nc: d'], '--header "a: b\r\nc: d" is not a header: use "Name: value"'],
    [['check', '--watch'], '--watch has no effect with check: leave it out'],
    [['check', '--max-age', '1s'], '--max-age needs --file'],
    [['check', 'live', 'ready'], 'check takes one probe, not 2: live ready'],
    [['status'], 'status needs at least one URL, such as http://127.0.0.1:3000'],
    [['status', 'a', '--every', '1s'], '--every needs --watch'],
  ])('explains a wrong command line: %s', async (line, message) => {
    expect(await runCli(line)).toEqual({
      exitCode: 1,
      output: '',
      errors: `nest-vitals: ${message}\nnest-vitals --help lists the commands and options.\n`,
    });
  });

  it('prints help and version', async () => {
    expect((await runCli(['--help'])).output).toContain('nest-vitals check [probe]');
    expect((await runCli(['--version'])).output).toBe('1.2.3\n');
  });
});
