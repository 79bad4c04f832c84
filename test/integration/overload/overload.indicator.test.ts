import { Controller, Get, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthModule, HealthService } from 'nest-vitals';
import { OverloadIndicator } from 'nest-vitals/overload';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { CapturedLog } from '../../support/captured-log.js';
import { type Latch, latch } from '../../support/latch.js';
import { moduleNamed } from '../../support/module-named.js';
import { ADAPTERS, startApplication } from '../../support/start-application.js';

const PATIENCE = { timeout: 20_000, interval: 50 };

interface ReceivedResponse {
  readonly status: string;
  readonly details: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Keeps this thread busy, like a long calculation. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** An application whose requests to /held wait for a latch. */
function withHeldRequests(held: Latch, ...providers: NonNullable<ModuleMetadata['providers']>): ModuleMetadata {
  @Controller()
  class OrdersController {
    @Get('held')
    async held(): Promise<string> {
      await held.promise;
      return 'done';
    }
  }
  return { imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })], controllers: [OrdersController], providers };
}

describe.each(ADAPTERS)('OverloadIndicator on %s', (adapter) => {
  it('counts the requests in flight, and not the probe that runs the check', async () => {
    const held = latch();
    const limits = { delay: false, utilization: false, inFlight: 2, hold: 0 } as const;
    const root = withHeldRequests(held, OverloadIndicator('overload', { ...limits, down: { inFlight: 3 } }));
    const application = await startApplication(adapter, root, { prepare: (app) => app.setGlobalPrefix('api') });
    const overload = async (): Promise<unknown> => {
      const { status, body } = await application.get('/api/health/deep');
      const { status: own, data } = (body as ReceivedResponse).details['overload'] ?? {};
      return [status, own, (data as { in_flight?: number } | undefined)?.in_flight];
    };
    await vi.waitFor(async () => expect(await overload()).toEqual([200, 'UP', 0]), PATIENCE);

    const requests = [application.get('/api/held'), application.get('/api/held')];
    await vi.waitFor(async () => expect(await overload()).toEqual([200, 'UP', 2]), PATIENCE);
    requests.push(application.get('/api/held'));
    await vi.waitFor(async () => expect(await overload()).toEqual([200, 'DEGRADED', 3]), PATIENCE);
    requests.push(application.get('/api/held'));
    await vi.waitFor(async () => expect(await overload()).toEqual([503, 'DOWN', 4]), PATIENCE);

    held.open();
    for (const { text } of await Promise.all(requests)) expect(text).toBe('done');
    await vi.waitFor(async () => expect(await overload()).toEqual([200, 'UP', 0]), PATIENCE);
  });
});

it('OverloadIndicator is DEGRADED while the event loop is blocked repeatedly, and UP after the hold', async () => {
  const indicator = OverloadIndicator('overload', { delay: 100, utilization: false, window: 600, hold: 300 });
  const application = await startApplication('express', {
    imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
    providers: [indicator],
  });
  const ready = async (): Promise<unknown> => {
    const { status, body } = await application.get('/health/ready');
    return [status, (body as ReceivedResponse).status];
  };
  await vi.waitFor(async () => {
    block(400);
    expect(await ready()).toEqual([200, 'DEGRADED']);
    expect(await application.health.check('overload')).toMatchObject({
      message: expect.stringMatching(/^p99 of the delay: \d+(\.\d)? ms, above 100 ms$/),
    });
  }, PATIENCE);
  await vi.waitFor(async () => expect(await ready()).toEqual([200, 'UP']), PATIENCE);
}, 60_000);

describe('OverloadIndicator without HTTP', () => {
  async function start(...providers: NonNullable<ModuleMetadata['providers']>): Promise<[HealthService, CapturedLog]> {
    const log = new CapturedLog();
    const root = moduleNamed('WorkerModule', { imports: [HealthModule.forRoot()], providers });
    const app = await NestFactory.createApplicationContext(root, { logger: log });
    onTestFinished(() => app.close());
    return [app.get(HealthService), log];
  }

  it('warns at boot of a limit of requests that are not counted', async () => {
    const [health, log] = await start(OverloadIndicator('overload', { inFlight: 10 }));
    expect(log.text).toContain('OverloadIndicator("overload"), inFlight: the limit has no effect');
    expect(await health.report('ready')).toMatchObject({ status: 'UP' });
  });

  it('compares the number that count returns, with the providers of inject', async () => {
    class Consumer {
      readonly messages = 11;
    }
    const count = OverloadIndicator('overload', {
      inFlight: 10,
      inject: [Consumer],
      count: ({ messages }) => messages,
    });
    const [health, log] = await start(Consumer, count);
    expect(log.text).not.toContain('has no effect');
    await vi.waitFor(async () => {
      expect(await health.check('overload')).toMatchObject({
        status: 'DEGRADED',
        message: 'in flight: 11, above 10',
      });
    }, PATIENCE);
  });
});
