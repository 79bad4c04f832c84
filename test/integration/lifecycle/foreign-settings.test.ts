import { describe, expect, it, vi } from 'vitest';
import { ProcessApplication } from '../../support/process-application/process-application.js';
import { VARIANTS } from '../../support/process-application/variants.js';

vi.setConfig({ testTimeout: 60_000 });

const WARNING = expect.stringContaining('return503OnClosing makes every route respond with 503') as unknown;

describe('return503OnClosing of Nest 12', () => {
  it('causes a warning when a Fastify application starts', async () => {
    const application = await ProcessApplication.start(12, {
      adapter: 'fastify',
      options: { return503OnClosing: true },
    });

    expect(application.log('warn')).toEqual([WARNING]);
  });

  it('causes one warning at its first 503 on Express, which does not expose the option', async () => {
    const application = await ProcessApplication.start(12, {
      adapter: 'express',
      options: { return503OnClosing: true },
    });
    expect(application.log('warn')).toEqual([]);
    await application.command('hold');
    application.signal('SIGTERM');
    const seen = async (path: string): Promise<true | undefined> =>
      (await application.statusOf(path)) === 503 ? true : undefined;
    await application.until('503 on an ordinary route', () => seen('/order'));
    expect(application.log('warn')).toEqual([]);
    await application.until('503 on live', () => seen('/health/live'));
    await application.statusOf('/health/ready');

    await application.until('warning', () => application.log('warn')[0]);
    expect(application.log('warn')).toEqual([WARNING]);
  });
});

describe.each(VARIANTS)('%s', (_, { nest, adapter }) => {
  it('does not warn of return503OnClosing when it is not set', async () => {
    const application = await ProcessApplication.start(nest, { adapter });
    await application.command('hold');
    application.signal('SIGTERM');
    await application.draining();
    await application.statusOf('/health/ready');
    await application.command('release');

    await application.exited();
    expect(application.log('warn')).toEqual([]);
  });

  it('completes requests in flight with forceCloseConnections', async () => {
    const application = await ProcessApplication.start(nest, {
      adapter,
      options: { forceCloseConnections: true },
    });
    const held = application.ask('/held');
    await application.event('working');
    const idle = await application.idleConnection();
    application.signal('SIGTERM');
    await application.draining();
    application.open('request');

    expect(await held).toMatchObject({ status: 200, body: 'rows' });
    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    await idle.waitForClose();
  });
});
