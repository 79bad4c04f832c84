import { describe, expect, it, vi } from 'vitest';
import type { Configuration } from '../../support/process-application/application/configuration.js';
import { type Exit, ProcessApplication } from '../../support/process-application/process-application.js';
import { VARIANTS } from '../../support/process-application/variants.js';

vi.setConfig({ testTimeout: 60_000 });

const TRIGGERS = ['SIGTERM', 'SIGINT', 'app.close()'] as const;
type Trigger = (typeof TRIGGERS)[number];

async function pull(application: ProcessApplication, trigger: Trigger): Promise<void> {
  if (trigger === 'app.close()') await application.command('close');
  else application.signal(trigger);
}

/** What stays of a shutdown, in the same words for every trigger. */
async function shutDown(application: ProcessApplication, trigger: Trigger): Promise<readonly string[]> {
  await application.command('hold');
  await pull(application, trigger);
  await application.event('told to drain');
  const story: string[] = [];
  for (const path of ['/health/ready', '/health/live', '/health/startup', '/order']) {
    const { status, headers } = await application.ask(path);
    story.push(`${path} ${status} ${headers.connection}`);
  }
  application.open('consumer');
  await application.event('consumer stopped');
  expect(await application.statusOf('/order')).toBe(200);
  await application.command('release');
  await application.exited();
  const order = application.orderOf('told to drain', 'consumer stopped', 'pool destroyed', 'query after destruction');
  return [...story, ...order];
}

const STORY = [
  '/health/ready 503 close',
  '/health/live 200 close',
  '/health/startup 200 close',
  '/order 200 close',
  'told to drain',
  'consumer stopped',
  'pool destroyed',
];

describe.each(VARIANTS)('%s', (_, { nest, adapter }) => {
  const start = (configuration: Partial<Configuration> = {}): Promise<ProcessApplication> =>
    ProcessApplication.start(nest, { adapter, parts: ['consumer'], ...configuration });

  describe.each(TRIGGERS)('%s', (trigger) => {
    it('drains in this order, with shutdown hooks enabled before init', async () => {
      expect(await shutDown(await start({ shutdownHooks: 'before init' }), trigger)).toEqual(STORY);
    });

    it('drains in this order, with shutdown hooks enabled after init', async () => {
      expect(await shutDown(await start({ shutdownHooks: 'after init' }), trigger)).toEqual(STORY);
    });
  });

  it('drains at app.close() without any shutdown hooks', async () => {
    expect(await shutDown(await start({ shutdownHooks: 'never' }), 'app.close()')).toEqual(STORY);
  });

  it.each([
    ['SIGTERM', false],
    ['SIGTERM', true],
    ['SIGINT', false],
    ['SIGINT', true],
    ['app.close()', false],
  ] as const)('exits as plain Nest does: %s, useProcessExit: %s', async (trigger, useProcessExit) => {
    const exits: Exit[] = [];
    for (const health of [false, true]) {
      const application = await start({ health, useProcessExit, parts: [] });
      await pull(application, trigger);
      exits.push(await application.exited());
      expect(application.eventsOf('pool destroyed')).toHaveLength(1);
    }
    const [plain, drained] = exits;

    expect(drained).toEqual(plain);
    const expected: Exit =
      useProcessExit || trigger === 'app.close()' ? { code: 0, signal: null } : { code: null, signal: trigger };
    expect(drained).toEqual(expected);
  });

  it('exits when an application with shutdown hooks receives a signal after close()', async () => {
    const application = await start();
    await application.command('close');
    await application.event('told to drain');
    application.signal('SIGTERM');
    await application.draining();
    expect(application.isRunning).toBe(true);
    application.open('consumer');

    await application.exited();
    expect(application.eventsOf('told to drain')).toHaveLength(1);
    expect(application.orderOf('consumer stopped', 'pool destroyed').slice(0, 2)).toEqual([
      'consumer stopped',
      'pool destroyed',
    ]);
  });
});

describe('a worker without a server', () => {
  it.each([12, 11] as const)('waits for announced work, on Nest %i', async (nest) => {
    const worker = await ProcessApplication.start(nest, { adapter: 'none', parts: ['consumer'] });
    await worker.command('hold', 'job');
    worker.signal('SIGTERM');
    await worker.event('told to drain');
    worker.open('consumer');
    await worker.event('consumer stopped');
    expect(worker.isRunning).toBe(true);
    expect(worker.eventsOf('pool destroyed')).toEqual([]);

    await worker.command('release');
    expect(await worker.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    expect(worker.eventsOf('pool destroyed')).toHaveLength(1);
  });
});
