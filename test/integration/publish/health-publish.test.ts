import type { ModuleMetadata } from '@nestjs/common';
import { HealthModule, type HealthModuleOptions, type HealthReport, OnDrain, down, up } from 'nest-vitals';
import {
  HealthPublishModule,
  type HealthPublishOptions,
  type HealthPublisher,
  healthchecksIo,
  pushgateway,
} from 'nest-vitals/publish';
import { describe, expect, it, vi } from 'vitest';
import { latch, never } from '../../support/latch.js';
import { ADAPTERS, createApplication, startApplication } from '../../support/start-application.js';
import { switchedIndicator } from '../../support/switched-indicator.js';
import { webhookReceiver } from '../../support/webhook-receiver.js';

const SOON = { timeout: 20_000, interval: 10 };
const AT_ONCE: HealthModuleOptions = { shutdown: { delay: 0 }, defaults: { ttl: 0 } };
const RARELY = 3_600_000;

class RecordingPublisher implements HealthPublisher {
  readonly name = 'board';
  readonly texts: string[] = [];

  publish({ status, reason }: HealthReport): void {
    this.texts.push(reason === undefined ? status : `${status}: ${reason}`);
  }
}

const root = (
  publishers: HealthPublishOptions['publishers'],
  options: Partial<HealthPublishOptions> = {},
): ModuleMetadata => ({
  imports: [HealthModule.forRoot(AT_ONCE), HealthPublishModule.forRoot({ publishers, period: RARELY, ...options })],
});

describe.each(ADAPTERS)('publishing on %s', (adapter) => {
  it('sends a new report for each period', async () => {
    const board = new RecordingPublisher();
    const database = switchedIndicator('database');
    const options = { period: 100, onChange: false };
    await startApplication(adapter, { ...root([board], options), providers: [database.provider] });
    await expect.poll(() => board.texts.length, SOON).toBeGreaterThan(2);
    database.result = down('refused');
    await expect.poll(() => board.texts.at(-1), SOON).toBe('DOWN');
    expect(new Set(board.texts)).toEqual(new Set(['UP', 'DOWN']));
  });

  it('sends a changed status at once, and a final message when the drain begins', async () => {
    const hook = { began: latch(), goOn: latch() };
    class Worker {
      @OnDrain()
      async finish(): Promise<void> {
        hook.began.open();
        await hook.goOn.promise;
      }
    }
    const board = new RecordingPublisher();
    const database = switchedIndicator('database');
    const { app, health } = await startApplication(adapter, {
      ...root([board]),
      providers: [Worker, database.provider],
    });
    await expect.poll(() => board.texts, SOON).toEqual(['UP']);
    database.result = down('refused');
    await health.report('ready');
    await expect.poll(() => board.texts, SOON).toEqual(['UP', 'DOWN']);
    database.result = up();
    await health.report('ready');
    await expect.poll(() => board.texts, SOON).toEqual(['UP', 'DOWN', 'UP']);
    const closed = app.close();
    await hook.began.promise;
    await expect
      .poll(() => board.texts, SOON)
      .toEqual(['UP', 'DOWN', 'UP', expect.stringMatching(/^OUT_OF_SERVICE: /)]);
    hook.goOn.open();
    await closed;
    expect(board.texts).toHaveLength(4);
  });
});

describe('publishing', () => {
  it('begins when the application has started', async () => {
    const board = new RecordingPublisher();
    const application = await createApplication('express', root([board], { period: 100 }));
    const starting = latch();
    void application.health.delayReadiness('catalogue', starting.promise);
    await application.listen();
    // An early report would have been sent before this response.
    expect((await application.get('/health/ready')).status).toBe(503);
    expect(board.texts).toEqual([]);
    starting.open();
    await expect.poll(() => board.texts[0], SOON).toBe('UP');
  });

  it('does not delay the shutdown by more than the timeout if a target hangs', async () => {
    const calls = vi.fn<HealthPublisher['publish']>(never);
    const { app, log } = await startApplication('express', root([{ name: 'board', publish: calls }], { timeout: 200 }));
    await expect.poll(() => calls.mock.calls.length, SOON).toBe(1);
    await app.close();
    expect(calls).toHaveBeenCalledTimes(1);
    expect(log.health('warn')).toEqual([expect.stringContaining('Health is not published to board: timed out')]);
  });

  it('removes the metrics of a Pushgateway when the drain begins', async () => {
    const receiver = await webhookReceiver();
    const hook = { began: latch(), goOn: latch() };
    class Worker {
      @OnDrain()
      async finish(): Promise<void> {
        hook.began.open();
        await hook.goOn.promise;
      }
    }
    const target = pushgateway({ url: receiver.url, job: 'orders', instance: '1' });
    const { app } = await startApplication('express', { ...root([target], { onChange: false }), providers: [Worker] });
    await expect.poll(() => receiver.received.length, SOON).toBe(1);
    const closed = app.close();
    await hook.began.promise;
    const requests = (): readonly string[] => receiver.received.map(({ method, path }) => `${method} ${path}`);
    const path = '/metrics/job/orders/instance/1';
    await expect.poll(requests, SOON).toEqual([`PUT ${path}`, `DELETE ${path}`]);
    hook.goOn.open();
    await closed;
    expect(requests()).toHaveLength(2);
  });

  it('logs a failure once and without the secret of the URL, and then the recovery', async () => {
    const receiver = await webhookReceiver();
    let isBroken = true;
    receiver.respond = (response) => response.writeHead(isBroken ? 500 : 200).end();
    const target = healthchecksIo({ url: `${receiver.url}/secret-uuid?key=secret` });
    const { log } = await startApplication('express', root([target], { period: 100 }));
    await expect.poll(() => receiver.received.length, SOON).toBeGreaterThan(3);
    expect(log.health('warn')).toEqual([
      `Health is not published to Healthchecks.io at ${receiver.url}: HTTP status 500. Further failures are not logged until it works again`,
    ]);
    isBroken = false;
    const again = `Health is published to Healthchecks.io at ${receiver.url} again`;
    await expect.poll(() => log.health('log'), SOON).toContain(again);
    expect(log.text).not.toContain('secret');
  });

  it('reports a missing HealthModule, and an import without forRoot()', async () => {
    const alone = { imports: [HealthPublishModule.forRoot({ publishers: [] })] };
    await expect(startApplication('express', alone)).rejects.toThrow('HealthModule is not imported');
    const unconfigured = { imports: [HealthModule.forRoot(), HealthPublishModule] };
    await expect(startApplication('express', unconfigured)).rejects.toThrow('it is imported without forRoot()');
  });

  it('accepts options from a factory, and publishes nothing if it is disabled', async () => {
    const board = new RecordingPublisher();
    const silent = new RecordingPublisher();
    const configured = (publisher: HealthPublisher, enabled: boolean) =>
      HealthPublishModule.forRootAsync({ useFactory: () => ({ publishers: [publisher], enabled }) });
    const { app } = await startApplication('express', {
      imports: [HealthModule.forRoot(AT_ONCE), configured(board, true), configured(silent, false)],
    });
    await expect.poll(() => board.texts, SOON).toEqual(['UP']);
    await app.close();
    expect([board.texts.length, silent.texts.length]).toEqual([2, 0]);
  });
});
