import { once } from 'node:events';
import { type Server, type Socket, connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  type ConfigurationFault,
  HealthModule,
  type HealthModuleOptions,
  isHealthConfigurationError,
  OnDrain,
  degraded,
  down,
  up,
} from 'nest-vitals';
import { HealthAgent, HealthAgentModule, type HealthAgentOptions } from 'nest-vitals/haproxy';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CapturedLog } from '../../support/captured-log.js';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { latch, never } from '../../support/latch.js';
import { moduleNamed } from '../../support/module-named.js';
import {
  ADAPTERS,
  type TestApplication,
  createApplication,
  startApplication,
} from '../../support/start-application.js';
import { switchedIndicator } from '../../support/switched-indicator.js';

const SOON = { timeout: 20_000, interval: 10 };
const AT_ONCE: HealthModuleOptions = { shutdown: { delay: 0 }, defaults: { ttl: 0 } };

const agentOf = ({ app }: Pick<TestApplication, 'app'>): HealthAgent => app.get(HealthAgent, { strict: false });
const root = (agent: Partial<HealthAgentOptions> = {}, health = AT_ONCE) => ({
  imports: [HealthModule.forRoot(health), HealthAgentModule.forRoot({ port: 0, ...agent })],
});

/** The text that HAProxy reads: it connects, sends nothing, and reads until the end. */
async function ask(agent: HealthAgent, sent?: string): Promise<string> {
  const { port = 0, host = '' } = agent.address ?? {};
  const socket = connect(port, host);
  if (sent !== undefined) socket.write(sent);
  return text(socket);
}

describe.each(ADAPTERS)('the agent port on %s', (adapter) => {
  it('responds with both states and the weight, and with a smaller weight while ready is DEGRADED', async () => {
    const stock = switchedIndicator('stock');
    const application = await startApplication(adapter, {
      ...root({ degradedWeight: 40 }),
      providers: [stock.provider],
    });
    const agent = agentOf(application);
    expect(await ask(agent)).toBe('ready up 100%\n');
    stock.result = degraded('replica is behind');
    expect(await ask(agent)).toBe('ready up 40%\n');
    stock.result = down('postgres://user:secret@db is gone');
    expect(await ask(agent)).toBe('down #stock DOWN\n');
    stock.result = up();
    expect(await ask(agent)).toBe('ready up 100%\n');
  });

  it('reports down until the server of the application listens', async () => {
    const application = await createApplication(adapter, root());
    await application.app.init();
    expect(await ask(agentOf(application))).toBe('down #the server of the application does not listen\n');
    await application.listen();
    expect(await ask(agentOf(application))).toBe('ready up 100%\n');
  });

  it('reports up before the server listens with awaitServer: false', async () => {
    const application = await createApplication(adapter, root({ awaitServer: false }));
    await application.app.init();
    expect(await ask(agentOf(application))).toBe('ready up 100%\n');
  });

  it('drains while traffic is refused and while the application shuts down, and closes last', async () => {
    const hook = { began: latch(), goOn: latch() };
    class Worker {
      @OnDrain()
      async finish(): Promise<void> {
        hook.began.open();
        await hook.goOn.promise;
      }
    }
    const application = await startApplication(adapter, { ...root(), providers: [Worker] });
    const agent = agentOf(application);
    const accept = application.health.refuseTraffic('standby');
    expect(await ask(agent)).toBe('drain\n');
    accept();
    expect(await ask(agent)).toBe('ready up 100%\n');
    const closed = application.app.close();
    await hook.began.promise;
    expect(await ask(agent)).toBe('drain\n');
    const { port = 0 } = agent.address ?? {};
    hook.goOn.open();
    await closed;
    expect(agent.address).toBeUndefined();
    await expect(once(connect(port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('the agent port', () => {
  it('reports down with the name of the task that delays readiness', async () => {
    const application = await startApplication('express', root());
    const warm = latch();
    void application.health.delayReadiness('catalogue', warm.promise);
    expect(await ask(agentOf(application))).toBe('down #starting: catalogue\n');
    warm.open();
    await vi.waitFor(async () => expect(await ask(agentOf(application))).toBe('ready up 100%\n'), SOON);
  });

  it('raises the weight during the warm-up', async () => {
    const application = await startApplication('express', root({ warmUp: '1h' }));
    const weight = Number(/^ready up (\d+)%\n$/.exec(await ask(agentOf(application)))?.[1]);
    expect(weight).toBeGreaterThanOrEqual(10);
    expect(weight).toBeLessThan(15);
  });

  it('responds from existing results when a check takes longer than HAProxy waits', async () => {
    const state = { hangs: false };
    const slow = FakeIndicator('slow', () => (state.hangs ? never() : undefined), { timeout: 60_000 });
    const health: HealthModuleOptions = { ...AT_ONCE, deadline: 60_000 };
    const application = await startApplication('express', { ...root({}, health), providers: [slow] });
    expect(await ask(agentOf(application))).toBe('ready up 100%\n');
    state.hangs = true;
    expect(await ask(agentOf(application))).toBe('ready up 100%\n');
  });

  it('ignores the text of agent-send', async () => {
    const application = await startApplication('express', root());
    expect(await ask(agentOf(application), 'orders/orders-1\n')).toBe('ready up 100%\n');
    expect(await ask(agentOf(application), 'x'.repeat(100_000))).toBe('ready up 100%\n');
  });

  it('is considered by the wait of the shutdown', async () => {
    const shutdown = { delay: 'auto', maxDelay: 5000 } as const;
    const application = await startApplication('express', root({}, { shutdown }), { prepare: production });
    const agent = agentOf(application);
    const lines: string[] = [];
    const check = async (): Promise<void> => void lines.push(await ask(agent));
    for (let count = 0; count < 6; count += 1) {
      await check();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const timer = setInterval(() => void check(), 100);
    onTestFinished(() => clearInterval(timer));
    await application.app.close();
    clearInterval(timer);
    expect(lines.filter((line) => line === 'drain\n').length).toBeGreaterThanOrEqual(3);
    expect(application.log.text).toContain('HAProxy agent-check');
  });

  it('listens on the loopback address by default, and logs it', async () => {
    const application = await startApplication('express', root());
    const { host, port } = agentOf(application).address ?? {};
    expect(host).toBe('127.0.0.1');
    expect(application.log.health()).toContain(`The port for HAProxy agent checks listens on 127.0.0.1:${port}`);
  });

  it('opens no port with enabled: false', async () => {
    const application = await startApplication('express', root({ enabled: false }));
    expect(agentOf(application).address).toBeUndefined();
  });

  it('works without HTTP', async () => {
    const compiled = await Test.createTestingModule({ imports: [moduleNamed('RootModule', root())] })
      .setLogger(new CapturedLog())
      .compile();
    await compiled.init();
    onTestFinished(() => compiled.close());
    expect(await ask(compiled.get(HealthAgent, { strict: false }))).toBe('ready up 100%\n');
  });

  it('does not keep the process alive', async () => {
    const application = await createApplication('express', root());
    await application.app.init();
    expect(agentOf(application).address).toBeDefined();
    expect(process.getActiveResourcesInfo()).not.toContain('TCPServerWrap');
  });

  it('closes connections above its limit, and still accepts later ones', async () => {
    const hanging = FakeIndicator('hanging', never, { timeout: 60_000 });
    const application = await startApplication('express', {
      ...root({}, { ...AT_ONCE, deadline: 60_000 }),
      providers: [hanging],
    });
    const { port = 0 } = agentOf(application).address ?? {};
    const sockets = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    const read = await Promise.all(sockets.map((socket: Socket) => text(socket).catch(() => '')));
    expect(read.filter((line) => line === '').length).toBeGreaterThan(0);
    expect(await ask(agentOf(application))).toBe('down #hanging UNKNOWN\n');
  });
});

describe('a faulty configuration of the agent port', () => {
  it('reports a port that is in use', async () => {
    const taken: Server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    expect(await faultsOf(root({ port }))).toEqual([
      {
        place: 'HealthAgentModule.forRoot(), port',
        problem: `port ${port} of 127.0.0.1 is in use`,
        remedy: 'choose another port. In node:cluster each worker needs its own: use forRootAsync()',
      },
    ]);
  });

  it.each([
    [{ port: undefined }, 'HealthAgentModule.forRoot(), port'],
    [{ port: 70_000 }, 'HealthAgentModule.forRoot(), port'],
    [{ host: ' ' }, 'HealthAgentModule.forRoot(), host'],
    [{ host: '192.0.2.1' }, 'HealthAgentModule.forRoot(), host'],
    [{ warmUp: -1 }, 'HealthAgentModule.forRoot(), warmUp'],
    [{ degradedWeight: 0 }, 'HealthAgentModule.forRoot(), degradedWeight'],
    [{ awaitServer: 'no' }, 'HealthAgentModule.forRoot(), awaitServer'],
    [{ enabled: 1 }, 'HealthAgentModule.forRoot(), enabled'],
    [{ hots: '::' }, 'HealthAgentModule.forRoot()'],
  ])('%j is a fault', async (options, place) => {
    const faults = await faultsOf(root(options as Partial<HealthAgentOptions>));
    expect(faults).toMatchObject([{ place }]);
  });

  it('reports a missing HealthModule, and an import without forRoot()', async () => {
    expect(await faultsOf({ imports: [HealthAgentModule.forRoot({ port: 0 })] })).toMatchObject([
      { problem: 'HealthModule is not imported, so this module has nothing to serve' },
    ]);
    expect(await faultsOf({ imports: [HealthModule.forRoot(), HealthAgentModule] })).toMatchObject([
      { place: 'HealthAgentModule', problem: 'it is imported without forRoot()' },
    ]);
  });

  it('accepts options from a factory', async () => {
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot(AT_ONCE), HealthAgentModule.forRootAsync({ useFactory: () => ({ port: 0 }) })],
    });
    expect(await ask(agentOf(application))).toBe('ready up 100%\n');
  });
});

async function faultsOf(faulty: ModuleMetadata): Promise<readonly ConfigurationFault[]> {
  const refusal: unknown = await startApplication('express', faulty).catch((error: unknown) => error);
  if (isHealthConfigurationError(refusal)) return refusal.faults;
  throw new Error('the application has started', { cause: refusal });
}

function production(): void {
  vi.stubEnv('NODE_ENV', 'production');
}
