import { readFileSync } from 'node:fs';
import { Etcd3 } from 'etcd3';
import { HealthModule, up } from 'nest-vitals';
import { HealthSourcesModule, storeSource } from 'nest-vitals/sources';
import { etcdStore } from 'nest-vitals/stores/etcd';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { etcd } from '../../support/servers/etcd.js';
import { startApplication } from '../../support/start-application.js';

const SOON = { timeout: 40_000, interval: 50 };
const COMMAND = /^etcdctl (put|del) (\S+)(?: '(.*)')?$/;

interface Step {
  readonly commands: readonly RegExpExecArray[];
  readonly response: unknown;
}

const ANY_TEXT: unknown = expect.any(String);
const isTime = (value: unknown): boolean => typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);

function commandIn(line: string): RegExpExecArray {
  const command = COMMAND.exec(line.trim());
  if (!command) throw new Error(`this command cannot be tested: ${line}`);
  return command;
}

/** The commands of the walk-through, and the part of `deep` that follows them. */
function stepsOf(guide: string): readonly Step[] {
  const section = guide.slice(guide.indexOf('## An incident'), guide.indexOf('## What happens when'));
  const steps = [...section.matchAll(/```sh\n([^]*?)```[^]*?```json\n([^]*?)```/g)];
  return steps.map(([, commands = '', response = '']) => ({
    commands: commands.trim().split('\n').map(commandIn),
    response: JSON.parse(response, (_key, value: unknown) => (isTime(value) ? ANY_TEXT : value)),
  }));
}

describeWith(etcd, 'the guide to dynamic configuration', (server) => {
  it('shows the real responses of an application', { timeout: 120_000 }, async () => {
    const guide = readFileSync(new URL('../../../docs/dynamic-configuration.md', import.meta.url), 'utf8');
    const client = new Etcd3({ hosts: `127.0.0.1:${server().port}` });
    onTestFinished(() => client.close());
    const application = await startApplication('express', {
      imports: [
        HealthModule.forRoot({ service: { name: 'orders' } }),
        HealthSourcesModule.forRoot({
          sources: [storeSource({ store: etcdStore({ client }), prefix: 'config/' })],
          instance: 'pod-7f3a',
        }),
      ],
      providers: [FakeIndicator('payments', () => up(), { timeout: 500 })],
    });
    const payments = async () => (await application.get('/health/deep')).body as { details: { payments: object } };
    const steps = stepsOf(guide);
    expect(steps).toHaveLength(4);
    for (const { commands, response } of steps) {
      for (const [, command, key = '', value = ''] of commands) {
        await (command === 'put' ? client.put(key).value(value) : client.delete().key(key));
      }
      await vi.waitFor(async () => expect(await payments()).toMatchObject(response as object), SOON);
    }
    await vi.waitFor(async () => expect((await payments()).details.payments).not.toHaveProperty('source'), SOON);
    const line = /logs `(Health options of payments .*?)`/.exec(guide)?.[1];
    expect(application.log.lines.map(({ text }) => text)).toContain(line);
  });
});
