import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, credsAuthenticator } from '@nats-io/transport-node';
import { HealthModule } from 'nest-vitals';
import { type FleetReport, HealthFleetModule } from 'nest-vitals/fleet';
import { natsStore } from 'nest-vitals/stores/nats';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { NatsAccounts } from '../../support/servers/nats-accounts.js';
import { startApplication } from '../../support/start-application.js';
import { BuiltCli, CLI } from './built-cli.js';
import { installed, temporaryFolder } from './installed.js';
import { runCli } from './support.js';

const PATIENCE = 180_000;
const accounts = new NatsAccounts();
const OPTION = '--nats-credentials-file';

function fileWith(text: string): string {
  const path = join(temporaryFolder(), 'user.creds');
  writeFileSync(path, text);
  return path;
}

const seedIn = (credentials: string): string => /^SU\w+$/m.exec(credentials)?.[0] ?? '';

describeWith(accounts.kind, 'nest-vitals fleet with credentials', (server) => {
  const lineWith = (credentials: string, ...line: string[]): string[] => {
    const address = `nats://127.0.0.1:${server().port}`;
    return ['fleet', '--nats', address, OPTION, fileWith(credentials), '--environment', 'test', ...line];
  };

  it('logs in with the file, with each of the packages, and shows no part of it', { timeout: PATIENCE }, async () => {
    const credentials = accounts.credentials();
    const client = await connect({
      servers: `127.0.0.1:${server().port}`,
      authenticator: credsAuthenticator(Buffer.from(accounts.credentials())),
    });
    onTestFinished(() => client.close());
    await startApplication('express', {
      imports: [
        HealthModule.forRoot({ service: { name: 'orders', environment: 'test' } }),
        HealthFleetModule.forRoot({ store: natsStore({ client }), instance: 'one', heartbeat: 1000 }),
      ],
    });
    const tools = [
      new BuiltCli(lineWith(credentials, '--once', '--json'), { environment: { HEALTH_STORE_PASSWORD: 'of another' } }),
      new BuiltCli(lineWith(credentials, '--once', '--json'), installed('nats')),
    ];
    for (const tool of tools) {
      expect([await tool.exit(), tool.errors]).toStrictEqual([0, '']);
      const { services } = JSON.parse(tool.output) as FleetReport;
      expect(services.map(({ service, ready }) => [service, ready])).toStrictEqual([['orders', 1]]);
      expect(tool.output).not.toContain(seedIn(credentials));
    }
  });

  it('explains that the server refuses the user', { timeout: PATIENCE }, async () => {
    const credentials = accounts.foreignCredentials();
    const tool = new BuiltCli(lineWith(credentials, '--once', '--timeout', '3s'));
    expect(await tool.exit()).toBe(1);
    expect(tool.errors).toContain(`check that the user in ${OPTION} belongs to an account of the server`);
    expect(tool.output + tool.errors).not.toContain(seedIn(credentials));
  });
});

describe('nest-vitals fleet --nats-credentials-file', () => {
  it.each([
    [['--redis', 'redis://a', OPTION, CLI], `${OPTION} has no effect with --redis: leave it out`],
    [['--nats', 'nats://u@a', OPTION, CLI], `${OPTION} and the login in --nats exclude each other`],
    [['--nats', 'nats://a', '--password-file', CLI, OPTION, CLI], `${OPTION} and --password-file exclude each other`],
    [['--nats', 'nats://a', OPTION, '/nowhere/file'], `${OPTION} /nowhere/file cannot be read`],
    [['--nats', 'nats://a', OPTION, '/dev/zero'], `${OPTION} /dev/zero is a device or a socket`],
  ])('refuses %j', async (line, message) => {
    const { exitCode, errors } = await runCli(['fleet', ...line]);
    expect(exitCode).toBe(1);
    expect(errors).toContain(message);
  });

  it.each([
    ['x'.repeat(20_000), 'is longer than 16384 bytes'],
    ['SUAM', 'is no .creds file of NATS: give the file that "nsc generate creds" writes'],
  ])('refuses a file with the text %.5s', async (text, message) => {
    const { exitCode, errors } = await runCli(['fleet', '--nats', 'nats://a', OPTION, fileWith(text)]);
    expect(exitCode).toBe(1);
    expect(errors).toContain(message);
    expect(errors).not.toContain(text);
  });
});
