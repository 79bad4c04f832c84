import { describe, expect, it } from 'vitest';
import { useConcurrentTests } from '../../support/concurrent-tests.js';
import { isNightly } from '../../support/nightly.js';
import type { Configuration } from '../../support/process-application/application/configuration.js';
import { type Exit, ProcessApplication } from '../../support/process-application/process-application.js';
import { VARIANTS } from '../../support/process-application/variants.js';

useConcurrentTests();

const TRIGGERS = ['SIGTERM', 'SIGINT', 'app.close()'] as const;
type Trigger = (typeof TRIGGERS)[number];

async function pull(application: ProcessApplication, trigger: Trigger): Promise<void> {
  if (trigger === 'app.close()') await application.command('close');
  else application.signal(trigger);
}

/** The observable result of a shutdown, in the same words for every trigger. */
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
  expect(await application.exited()).toEqual(EXITS[trigger]);
  const order = application.orderOf('told to drain', 'consumer stopped', 'pool destroyed', 'query after destruction');
  return [...story, ...order];
}

/** How plain Nest exits without `useProcessExit`. */
const EXITS: Readonly<Record<Trigger, Exit>> = {
  SIGTERM: { code: null, signal: 'SIGTERM' },
  SIGINT: { code: null, signal: 'SIGINT' },
  'app.close()': { code: 0, signal: null },
};

const STORY = [
  '/health/ready 503 close',
  '/health/live 200 close',
  '/health/startup 200 close',
  '/order 200 close',
  'told to drain',
  'consumer stopped',
  'pool destroyed',
];

describe.concurrent.each(VARIANTS)('%s', (_, { nest, adapter }) => {
  const start = (configuration: Partial<Configuration> = {}): Promise<ProcessApplication> =>
    ProcessApplication.start(nest, { adapter, parts: ['consumer'], ...configuration });

  it.each(TRIGGERS)('drains in this order and exits, with shutdown hooks enabled before init: %s', async (trigger) => {
    expect(await shutDown(await start({ shutdownHooks: 'before init' }), trigger)).toEqual(STORY);
  });

  it.each(isNightly ? TRIGGERS : (['SIGTERM'] as const))(
    'drains in this order and exits, with shutdown hooks enabled after init: %s',
    async (trigger) => {
      expect(await shutDown(await start({ shutdownHooks: 'after init' }), trigger)).toEqual(STORY);
    },
  );

  it('drains at app.close() without any shutdown hooks', async () => {
    expect(await shutDown(await start({ shutdownHooks: 'never' }), 'app.close()')).toEqual(STORY);
  });

  it.each(isNightly ? (['SIGTERM', 'SIGINT'] as const) : (['SIGTERM'] as const))(
    'exits with the code 0 like plain Nest, with useProcessExit: %s',
    async (signal) => {
      const application = await start({ useProcessExit: true, parts: [] });
      application.signal(signal);
      expect(await application.exited()).toEqual({ code: 0, signal: null });
      expect(application.eventsOf('pool destroyed')).toHaveLength(1);
    },
  );

  // The exits that the other tests expect are the exits of Nest itself.
  describe.runIf(isNightly)('plain Nest', () => {
    it.each(TRIGGERS)('exits as expected: %s', async (trigger) => {
      const application = await start({ health: false, parts: [] });
      await pull(application, trigger);
      expect(await application.exited()).toEqual(EXITS[trigger]);
    });

    it.each(['SIGTERM', 'SIGINT'] as const)('exits with the code 0, with useProcessExit: %s', async (signal) => {
      const application = await start({ health: false, useProcessExit: true, parts: [] });
      application.signal(signal);
      expect(await application.exited()).toEqual({ code: 0, signal: null });
    });
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
  it.each(isNightly ? ([12, 11] as const) : ([12] as const))('waits for announced work, on Nest %i', async (nest) => {
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
