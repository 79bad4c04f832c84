import { mkdir, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleInit, type Type } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { HealthIndicator, HealthModule } from 'nest-vitals';
import {
  CpuIndicator,
  DiskIndicator,
  EventLoopIndicator,
  HeartbeatIndicator,
  MemoryIndicator,
  ThresholdIndicator,
} from 'nest-vitals/indicators';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { moduleNamed } from '../../support/module-named.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';

const PATIENCE = { timeout: 20_000, interval: 50 };

/** Timeouts that are long enough for a busy machine: a check that waits for the CPU must not time out. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });

const start = (...providers: Type[]): Promise<TestApplication> =>
  startApplication('express', { imports: [health], providers });

async function ask(application: TestApplication, name: string): Promise<Record<string, unknown>> {
  return ((await application.get('/health/deep')).body as { details: Record<string, Record<string, unknown>> }).details[
    name
  ] as Record<string, unknown>;
}

/** Keeps this thread busy, like a long calculation. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe('MemoryIndicator in an application', () => {
  it('reports the growth of the heap of this process', async () => {
    const application = await start(MemoryIndicator('memory', { heap: { warn: 0.8 }, rss: { warn: 1 } }));
    const before = await ask(application, 'memory');
    expect(before).toMatchObject({ status: 'DEGRADED', message: expect.stringContaining('resident set size') });
    const kept = Array.from({ length: 1_000_000 }, (_, index) => ({ index }));
    const after = await ask(application, 'memory');
    const heap = ({ data }: Record<string, unknown>): number => (data as { heap_used_bytes: number }).heap_used_bytes;
    expect(heap(after) - heap(before)).toBeGreaterThan(kept.length * 8);
  });
});

describe('DiskIndicator in an application', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disk-indicator-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('reports a real file system, and a path that is removed and created again', async () => {
    const path = join(folder, 'data');
    await mkdir(path);
    const application = await start(DiskIndicator('disk', { paths: [path], used: false, inodes: false }));
    const { blocks, bfree, bsize } = await statfs(path);
    const { status, data } = await ask(application, 'disk');
    const usage = (data as Record<string, Record<string, number>>)[path];
    expect(status).toBe('UP');
    // Other processes write to the file system too.
    expect(usage?.['used_bytes']).toBeGreaterThan((blocks - bfree) * bsize * 0.9);
    expect(usage?.['used_bytes']).toBeLessThan((blocks - bfree) * bsize * 1.1 + 1e9);

    await rm(path, { recursive: true });
    expect(await ask(application, 'disk')).toMatchObject({ status: 'DOWN', error: 'file not found', code: 'ENOENT' });
    await mkdir(path);
    expect(await ask(application, 'disk')).toMatchObject({ status: 'UP' });
  });

  it('reports the space that a file takes', async () => {
    const used = async (): Promise<number> => {
      const { data } = await ask(application, 'disk');
      return (data as Record<string, Record<string, number>>)[folder]?.['free_bytes'] ?? Number.NaN;
    };
    const application = await start(DiskIndicator('disk', { paths: [folder], used: false, inodes: false }));
    const before = await used();
    await writeFile(join(folder, 'large'), Buffer.alloc(64 * 1024 * 1024, 1), { flush: true });
    await vi.waitFor(async () => expect(before - (await used())).toBeGreaterThan(32 * 1024 * 1024), PATIENCE);
  });

  it('is DOWN with a limit above the size of every disk', async () => {
    const application = await start(DiskIndicator('disk', { paths: [folder], free: { fail: 2 ** 52 } }));
    expect(await ask(application, 'disk')).toMatchObject({
      status: 'DOWN',
      error: expect.stringMatching(/free: .+ below 4 PiB/),
    });
  });
});

describe('EventLoopIndicator in an application', () => {
  it('reports a blocked loop until the end of the window', async () => {
    const limits = { delay: { warn: 400 }, percentile: 100, utilization: false } as const;
    const application = await start(EventLoopIndicator('event_loop', { window: 1000, ...limits }));
    await vi.waitFor(async () => {
      block(600);
      expect(await ask(application, 'event_loop')).toMatchObject({
        status: 'DEGRADED',
        message: expect.stringMatching(/^p100 of the delay: \d+(\.\d)? ms, above 400 ms$/),
      });
    }, PATIENCE);
    await vi.waitFor(
      async () => expect(await ask(application, 'event_loop')).toMatchObject({ status: 'UP' }),
      PATIENCE,
    );
  }, 60_000);

  it('reports a loop that is always busy', async () => {
    const limits = { delay: false, utilization: { warn: 0.6 } } as const;
    const application = await start(EventLoopIndicator('event_loop', { window: 600, ...limits }));
    for (let blocks = 0; blocks < 20; blocks += 1) {
      block(60);
      await pause(1);
    }
    expect(await ask(application, 'event_loop')).toMatchObject({ status: 'DEGRADED' });
    await vi.waitFor(
      async () => expect(await ask(application, 'event_loop')).toMatchObject({ status: 'UP' }),
      PATIENCE,
    );
  }, 60_000);

  it.each([
    ['from the start', false],
    ['by a module that is loaded later', true],
  ])('is released when the application is closed, if it was provided %s', async (_when, isLazy) => {
    const started = vi.spyOn(globalThis, 'setInterval');
    const providers = [EventLoopIndicator('event_loop'), CpuIndicator('cpu')];
    const application = await start(...(isLazy ? [] : providers));
    if (isLazy) await application.app.get(LazyModuleLoader).load(() => moduleNamed('LazyModule', { providers }));
    expect(await ask(application, 'event_loop')).toMatchObject({ status: 'UP' });
    expect(await ask(application, 'cpu')).toMatchObject({ status: 'UP' });
    // Each indicator slides its window every five seconds.
    const timers = started.mock.calls.flatMap(([, interval], index) =>
      interval === 5000 ? [started.mock.results[index]?.value as NodeJS.Timeout] : [],
    );
    started.mockRestore();
    expect(timers.map((timer) => [Reflect.get(timer, '_destroyed'), timer.hasRef()])).toEqual([
      [false, false],
      [false, false],
    ]);

    await application.app.close();
    expect(timers.map((timer) => Reflect.get(timer, '_destroyed'))).toEqual([true, true]);
  });
});

describe('CpuIndicator in an application', () => {
  it('reports a busy process until the end of the window', async () => {
    const application = await start(CpuIndicator('cpu', { cores: 1, window: 1000, usage: { warn: 0.1 } }));
    // A machine that is busy with other processes may give less than one core.
    await vi.waitFor(async () => {
      for (let blocks = 0; blocks < 12; blocks += 1) {
        block(100);
        await pause(1);
      }
      expect(await ask(application, 'cpu')).toMatchObject({
        status: 'DEGRADED',
        message: expect.stringMatching(/^CPU in use: .+ %, above 10 %$/),
      });
    }, PATIENCE);
    await vi.waitFor(
      async () => expect(await ask(application, 'cpu')).toMatchObject({ status: 'UP' }),
      // The request itself uses CPU time too.
      { timeout: 20_000, interval: 1500 },
    );
  }, 60_000);
});

describe('HeartbeatIndicator in an application', () => {
  it('is injected into a worker by its class', async () => {
    class InvoicesHeartbeat extends HeartbeatIndicator('invoices', { maxSilence: 60_000, grace: 0 }) {}

    @Injectable()
    class InvoicesWorker {
      constructor(@Inject(InvoicesHeartbeat) private readonly heartbeat: InvoicesHeartbeat) {}
      work(): void {
        this.heartbeat.beat();
      }
    }
    const application = await start(InvoicesHeartbeat, InvoicesWorker);
    expect(await ask(application, 'invoices')).toMatchObject({ status: 'DOWN', error: 'no beat yet' });
    application.app.get(InvoicesWorker).work();
    expect(await ask(application, 'invoices')).toMatchObject({ status: 'UP', data: { beats: 1 } });
  });
});

describe('ThresholdIndicator in an application', () => {
  @Injectable()
  class Queue implements OnModuleInit {
    length = 0;
    onModuleInit(): void {
      this.length = 5;
    }
  }
  const LAG = Symbol('lag');

  it('receives the injected instances, by class or token, and undefined for a missing optional one', async () => {
    const queue = ThresholdIndicator('queue', {
      inject: [Queue, LAG, { token: 'missing', optional: true }],
      value: (injected, lag, missing, { signal }) =>
        injected.length + (lag as number) + (missing === undefined ? 0 : 1000) + (signal.aborted ? 1000 : 0),
      warn: 10,
      fail: 20,
      unit: 'jobs',
    });
    const application = await startApplication('fastify', {
      imports: [health],
      providers: [Queue, { provide: LAG, useValue: 2 }, queue],
    });
    expect(await ask(application, 'queue')).toMatchObject({ status: 'UP', data: { value: 7, unit: 'jobs' } });
    application.app.get(Queue).length = 19;
    expect(await ask(application, 'queue')).toMatchObject({
      status: 'DOWN',
      error: 'value: 21 jobs, above 20 jobs',
      data: { value: 21, warn: 10, fail: 20 },
    });
  });

  it('can be extended, with a name of its own', async () => {
    @HealthIndicator('backlog')
    class Backlog extends ThresholdIndicator('queue', { inject: [Queue], value: ({ length }) => length, fail: 3 }) {}
    const application = await start(Queue, Backlog);
    expect(await ask(application, 'backlog')).toMatchObject({ status: 'DOWN', data: { value: 5 } });
  });
});
