import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HealthModule, down } from 'nest-vitals';
import { HealthControlModule } from 'nest-vitals/control';
import { describe, expect, it } from 'vitest';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { startApplication } from '../../support/start-application.js';
import { listen, reports, runCli, type Ran } from './support.js';

const KEY = 'control-key-of-alice';
const TERMS = ['--reason', 'vendor maintenance', '--for', '30m'];

describe('nest-vitals control', () => {
  const start = async () => {
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot(), HealthControlModule.forRoot({ apiKeys: { alice: KEY } })],
      providers: [FakeIndicator('payments', () => down('away'), { ttl: 0 })],
    });
    const environment = {
      PORT: `${application.port}`,
      HEALTH_CONTROL_KEY: KEY,
      HEALTH_API_KEY: 'a key that reads only',
    };
    const control = (...line: readonly string[]): Promise<Ran> => runCli(['control', ...line], { environment });
    return { application, environment, control };
  };

  it('disables a check, lists the change, and clears it', async () => {
    const { application, control } = await start();
    const disabled = await control('indicators', 'payments', '--disable', ...TERMS);
    expect(disabled).toMatchObject({ exitCode: 0, errors: '' });
    expect(disabled.output).toContain('reason: vendor maintenance\nby: alice\n');
    expect((await application.get('/health/ready')).status).toBe(200);
    expect(application.health.overrides).toMatchObject([{ indicator: 'payments', options: { enabled: false } }]);

    const { output } = await control('list', '--json');
    expect(JSON.parse(output)).toMatchObject({ overrides: [{ indicator: 'payments', by: 'alice' }] });

    expect(await control('indicators', 'payments', '--clear')).toMatchObject({ exitCode: 0, output: 'ended: true\n' });
    expect((await application.get('/health/ready')).status).toBe(503);
  });

  it('sets options, and runs a check', async () => {
    const { application, control } = await start();
    const assignments = [
      '--set',
      'timeout=2s',
      '--set',
      'critical=false',
      '--set',
      'retries=1',
      '--set',
      'probes=ready,deep',
    ];
    expect(await control('indicators', 'payments', ...assignments, ...TERMS)).toMatchObject({ exitCode: 0 });
    expect(application.health.overrides).toMatchObject([
      { options: { timeout: '2s', critical: false, retries: 1, probes: ['ready', 'deep'] } },
    ]);
    const ran = await control('indicators', 'payments', '--run');
    expect([ran.exitCode, ran.output]).toEqual([0, expect.stringContaining('"status":"DOWN"')]);
  });

  it('begins and ends maintenance', async () => {
    const { application, control } = await start();
    expect(await control('maintenance', '--on', ...TERMS)).toMatchObject({ exitCode: 0 });
    expect((await application.get('/health/ready')).body).toMatchObject({ reason: 'vendor maintenance' });
    expect(await control('maintenance', '--off')).toMatchObject({ exitCode: 0 });
    expect((await application.get('/health/ready')).body).not.toHaveProperty('reason');
  });

  it('prints every fault of a change that is refused', async () => {
    const { control } = await start();
    const refused = await control('indicators', 'payments', '--set', 'timeout=0', '--reason', ' ', '--for', '48h');
    expect([refused.exitCode, refused.output]).toEqual([1, '']);
    expect(refused.errors).toMatch(/^nest-vitals: 400: [^\n]*3 faults[^\n]*\n {2}timeout: [^]*reason: [^]*expiresIn: /);
    expect(await control('indicators', 'stock', '--run')).toMatchObject({
      exitCode: 1,
      errors: expect.stringMatching(/404: .*"stock"; the indicators are payments/),
    });
  });

  it('reads the key from a file, and names a missing option', async () => {
    const { environment } = await start();
    const file = join(mkdtempSync(join(tmpdir(), 'nest-vitals-cli-')), 'key');
    writeFileSync(file, `${KEY}\n`);
    const { HEALTH_CONTROL_KEY: _key, ...others } = environment;
    expect(await runCli(['control', 'list', '--key-file', file], { environment: others })).toMatchObject({
      exitCode: 0,
    });
    const denied = await runCli(['control', 'list'], { environment: others });
    expect([denied.exitCode, denied.errors]).toEqual([
      1,
      expect.stringContaining('missing or wrong; give it with --key-file, or in HEALTH_CONTROL_KEY'),
    ]);
  });

  it.each([
    [[], 'use control list'],
    [['list', 'payments'], 'use control list'],
    [['indicators'], 'use control list'],
    [['indicators', 'a', 'b'], '"b" has no effect'],
    [['indicators', 'payments'], 'give one of --disable, --enable, --set, --clear, --run'],
    [['indicators', 'payments', '--disable', '--enable'], 'give one of'],
    [['indicators', 'payments', '--disable'], 'a change needs --reason <text> and --for <time>'],
    [['indicators', 'payments', '--set', 'timeout', ...TERMS], 'use name=value'],
    [['maintenance'], 'give one of --on, --off'],
    [['list', '--nagios'], '--nagios has no effect with control'],
  ])('refuses %j', async (line, because) => {
    const { exitCode, errors } = await runCli(['control', ...line]);
    expect([exitCode, errors]).toEqual([line.includes('--nagios') ? 3 : 1, expect.stringContaining(because)]);
  });

  it('reports a missing response, and a response of another server', async () => {
    const { port } = await listen(reports(200, { status: 'UP' }));
    expect(await runCli(['control', 'list', '--port', port])).toMatchObject({ exitCode: 0 });
    const page = await listen((_request, response) => void response.end('<html>'));
    expect(await runCli(['control', 'list', '--port', page.port])).toMatchObject({
      exitCode: 1,
      errors: 'nest-vitals: 200: the response is not from nest-vitals/control\n',
    });
    const { exitCode, errors } = await runCli(['control', 'list', '--port', '1']);
    expect([exitCode, errors]).toEqual([1, expect.stringContaining('no response')]);
  });

  it('prints no control characters of a response, also in JSON', async () => {
    const { port } = await listen((_request, response) => void response.end('{"phase":"\u009B2J\u202E"}'));
    const { output } = await runCli(['control', 'list', '--port', port, '--json']);
    expect(output).toBe('{"phase":"\\u009b2J\\u202e"}\n');
  });

  it('omits malformed faults of another server', async () => {
    const { port } = await listen((_request, response) => {
      response.writeHead(400).end('{"error":"refused","faults":[null,"x",{"place":"reason"}]}');
    });
    const { exitCode, errors } = await runCli(['control', 'maintenance', '--on', ...TERMS, '--port', port]);
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/^nest-vitals: 400: refused\n {2}reason: [^\n]*\n$/);
  });

  it('refuses its options with the other commands', async () => {
    const { exitCode, errors } = await runCli(['check', '--disable']);
    expect([exitCode, errors]).toEqual([1, expect.stringContaining('--disable has no effect with check')]);
  });
});
