import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  HealthConfigurationError,
  HealthIndicator,
  HealthModule,
  type HealthModuleOptions,
  HealthService,
  up,
} from 'nest-vitals';
import { HealthManagement, HealthManagementModule, type HealthManagementOptions } from 'nest-vitals/management';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { latch } from '../support/latch.js';
import { atNight, isNightly } from '../support/nightly.js';
import { ADAPTERS, createApplication, refusalOf, startApplication } from '../support/start-application.js';
import { freePort } from '../support/servers/free-port.js';

const LOOPBACK = { port: 0, host: '127.0.0.1' };

let runs = 0;
@HealthIndicator('counted', { ttl: 60_000 })
class Counted implements HealthIndicator {
  check() {
    runs += 1;
    return up();
  }
}

const importing = (management: HealthManagementOptions = {}, options: HealthModuleOptions = {}): ModuleMetadata => ({
  imports: [HealthModule.forRoot(options), HealthManagementModule.forRoot({ ...LOOPBACK, ...management })],
  providers: [Counted],
});

interface ReceivedResponse {
  readonly status: number;
  readonly body: { readonly status?: string; readonly reason?: string };
}

async function ask(port: number, path: string): Promise<ReceivedResponse> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'user-agent': 'kube-probe/1.31' } });
  return { status: response.status, body: (await response.json()) as ReceivedResponse['body'] };
}

/** Blocks the event loop of this thread, not those of others. */
function block(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

describe.each([true, false])('the management port with a thread: %s', (thread) => {
  // Tests that take seconds run in every run only for the default, which is a thread.
  const testsSlow = thread || isNightly;

  it('is open while the application starts', async () => {
    const port = await freePort();
    const application = await createApplication('express', importing({ thread, port }));
    expect(await ask(port, '/health/live')).toEqual({ status: 200, body: { status: 'UP' } });
    expect(await ask(port, '/health/ready')).toEqual({
      status: 503,
      body: { status: 'OUT_OF_SERVICE', reason: 'starting' },
    });
    expect((await ask(port, '/health/startup')).status).toBe(503);
    await application.listen();
    expect((await ask(port, '/health/ready')).status).toBe(200);
    expect((await ask(port, '/health/startup')).status).toBe(200);
  });

  it('is open before the providers are created', async () => {
    const port = await freePort();
    const during = latch<ReceivedResponse>();
    await startApplication('express', {
      imports: [HealthModule.forRoot(), HealthManagementModule.forRoot({ port, host: '127.0.0.1', thread })],
      providers: [
        {
          provide: 'SLOW',
          useFactory: async () => {
            during.open(await vi.waitFor(() => ask(port, '/health/ready'), { timeout: 20_000 }));
            return {};
          },
        },
      ],
    });
    expect(await during.promise).toEqual({ status: 503, body: { status: 'OUT_OF_SERVICE', reason: 'starting' } });
  });

  it('reports its port', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'management-')), 'port');
    const { app, log } = await startApplication('express', importing({ thread, portFile: file }));
    const { port } = app.get(HealthManagement).address ?? {};
    expect(readFileSync(file, 'utf8')).toBe(String(port));
    expect(log.text).toContain(`Health endpoints listen on 127.0.0.1:${port}`);
    await app.close();
    expect(existsSync(file)).toBe(false);
    expect(app.get(HealthManagement).address).toBeUndefined();
  });

  it.each(ADAPTERS)('can be the only port with the endpoints, on %s', async (adapter) => {
    const application = await startApplication(adapter, importing({ thread, mainPort: false }, { aliases: true }));
    const { port = 0 } = application.app.get(HealthManagement).address ?? {};
    expect((await application.get('/health/ready')).status).toBe(404);
    expect((await application.get('/readyz')).status).toBe(404);
    expect((await ask(port, '/health/ready')).status).toBe(200);
    expect((await ask(port, '/readyz')).status).toBe(200);
    expect(application.log.text).toContain('and not on the port of the application');
  });

  it('opens no port when it is disabled', async () => {
    const application = await startApplication('express', importing({ thread, enabled: false, mainPort: false }));
    expect(application.app.get(HealthManagement).address).toBeUndefined();
    expect((await application.get('/health/ready')).status).toBe(200);
  });

  it('refuses a port that is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await vi.waitFor(() => expect(taken.listening).toBe(true));
    const { port } = taken.address() as AddressInfo;
    const { error } = await refusedAtCreation(importing({ thread, port }));
    expect(error).toBeInstanceOf(HealthConfigurationError);
    expect(String(error)).toContain(`port ${port} of 127.0.0.1 is in use`);
  });

  it.each(ADAPTERS)('names the fault when the application itself listens on it, on %s', async (adapter) => {
    const application = await createApplication(adapter, importing({ thread, port: await freePort() }));
    await application.app.init();
    const { port = 0 } = application.app.get(HealthManagement).address ?? {};
    const error: unknown = await application.app.listen(port, '127.0.0.1').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'EADDRINUSE',
      message: expect.stringContaining(`port ${port} is the management port, and the application itself`) as string,
      stack: expect.stringContaining('choose another management port') as string,
    });
  });

  it('does not change errors of other ports', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await vi.waitFor(() => expect(taken.listening).toBe(true));
    const { port } = taken.address() as AddressInfo;
    const application = await createApplication('express', importing({ thread }));
    await expect(application.app.listen(port, '127.0.0.1')).rejects.toThrow(/^listen EADDRINUSE/);
  });

  it('responds with the configured status codes and headers while the application starts', async () => {
    const port = await freePort();
    const options = { statusCodes: { OUT_OF_SERVICE: 429 }, headers: { 'x-team': 'orders' } };
    await createApplication('express', importing({ thread, port }, options));
    const response = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect([response.status, response.headers.get('x-team'), await response.json()]).toEqual([
      429,
      'orders',
      { status: 'OUT_OF_SERVICE', reason: 'starting' },
    ]);
  });

  it.runIf(testsSlow)('serves probers while another client holds 1,100 idle connections', async () => {
    const { app } = await startApplication('express', importing({ thread }));
    const { port = 0 } = app.get(HealthManagement).address ?? {};
    const strangers: Socket[] = [];
    onTestFinished(() => {
      for (const stranger of strangers) stranger.destroy();
    });
    let closed = 0;
    // A hundred at a time, because the system's queue for new connections is shorter than all of them.
    for (let round = 0; round < 11; round += 1) {
      const opened = Array.from({ length: 100 }, () => connect(port, '127.0.0.1').resume());
      for (const stranger of opened) stranger.on('error', () => undefined).once('close', () => (closed += 1));
      strangers.push(...opened);
      await Promise.all(opened.map((stranger) => once(stranger, 'connect')));
    }
    expect((await ask(port, '/health/ready')).status).toBe(200);
    // The oldest connections were closed: 1,000 remain, and one of them is the prober's.
    await vi.waitFor(() => expect(closed).toBeGreaterThanOrEqual(100), { timeout: 10_000 });
    expect(closed).toBeLessThan(200);
    expect((await ask(port, '/health/live')).status).toBe(200);
  });

  it('refuses a host that is not an address of this machine', async () => {
    const { error } = await refusedAtCreation(importing({ thread, host: '192.0.2.1' }));
    expect(String(error)).toContain('192.0.2.1 is not an address of this machine');
  });

  it('releases the port of an application that has failed to start', async () => {
    const port = await freePort();
    const failing = {
      ...importing({ thread, port }),
      providers: [{ provide: 'FAILS', useFactory: () => Promise.reject(new Error('no database')) }],
    };
    await refusedAtCreation(failing);
    await startApplication('express', importing({ thread, port }));
    expect((await ask(port, '/health/ready')).status).toBe(200);
  });

  it('serves an application without HTTP', async () => {
    @Module(importing({ thread }))
    class WorkerModule {}
    const context = await NestFactory.createApplicationContext(WorkerModule, { logger: false });
    onTestFinished(() => context.close());
    const { port = 0 } = context.get(HealthManagement).address ?? {};
    expect((await ask(port, '/health/ready')).status).toBe(200);
    context.get(HealthService).refuseTraffic('maintenance');
    expect(await ask(port, '/health/ready')).toMatchObject({ status: 503, body: { reason: 'maintenance' } });
  });

  it.runIf(testsSlow)('is neither ready nor live when the server of the application is closed', async () => {
    const application = await startApplication('express', importing({ thread }));
    const { port = 0 } = application.app.get(HealthManagement).address ?? {};
    const main = application.port;
    expect((await ask(port, '/health/live')).status).toBe(200);
    application.server.closeAllConnections();
    application.server.close();
    const reason = `the server on port ${main} refuses connections`;
    await vi.waitFor(
      async () => expect(await ask(port, '/health/live')).toEqual({ status: 503, body: { status: 'DOWN', reason } }),
      { timeout: 25_000, interval: 200 },
    );
    expect((await ask(port, '/health/ready')).body.reason).toBe(reason);
    expect(application.log.text.split(`live and ready are DOWN: ${reason}`)).toHaveLength(2);
    expect((await ask(port, '/health/startup')).status).toBe(200);
  });

  it.runIf(testsSlow)('makes a shutdown wait for its prober', async () => {
    const application = await startApplication(
      'express',
      importing({ thread }, { shutdown: { delay: 'auto', maxDelay: 5000 } }),
    );
    const { port = 0 } = application.app.get(HealthManagement).address ?? {};
    const statuses: number[] = [];
    const agent = { headers: { 'user-agent': 'HAProxy', connection: 'keep-alive' } };
    const probe = async (): Promise<void> => {
      const response = await fetch(`http://127.0.0.1:${port}/health/ready`, agent);
      await response.arrayBuffer();
      statuses.push(response.status);
    };
    for (let count = 0; count < 8; count += 1) {
      await probe();
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    const closed = application.app.close();
    const prober = setInterval(() => void probe().catch(() => undefined), 120);
    await closed;
    clearInterval(prober);
    const refusals = statuses.filter((status) => status === 503).length;
    expect(refusals).toBeGreaterThanOrEqual(3);
    expect(application.log.text).toContain('HAProxy');
  });
});

describe('the thread of the management port', () => {
  it('responds from memory while results are fresh, and shows a change at once', async () => {
    runs = 0;
    const { app } = await startApplication('express', importing());
    const { port = 0 } = app.get(HealthManagement).address ?? {};
    for (let count = 0; count < 20; count += 1) expect((await ask(port, '/health/ready')).status).toBe(200);
    expect(runs).toBe(1);
    app.get(HealthService).refuseTraffic('maintenance');
    expect((await ask(port, '/health/ready')).status).toBe(503);
    app.get(HealthService).acceptTraffic();
    expect((await ask(port, '/health/ready')).status).toBe(200);
  });

  it('runs a check once for each probe with a ttl of 0', async () => {
    let count = 0;
    @HealthIndicator('always', { ttl: 0 })
    class Always implements HealthIndicator {
      check() {
        count += 1;
        return up();
      }
    }
    const { app } = await startApplication('express', { ...importing(), providers: [Always] });
    const { port = 0 } = app.get(HealthManagement).address ?? {};
    for (let probe = 0; probe < 3; probe += 1) expect((await ask(port, '/health/ready')).status).toBe(200);
    expect(count).toBe(3);
  });

  it('responds like the main port while a non-critical check hangs', async () => {
    @HealthIndicator('hanging', { critical: false, timeout: 5000 })
    class Hanging implements HealthIndicator {
      check() {
        return new Promise<undefined>(() => undefined);
      }
    }
    const { app } = await startApplication('express', { ...importing({}, { deadline: 300 }), providers: [Hanging] });
    const { port = 0 } = app.get(HealthManagement).address ?? {};
    expect(await ask(port, '/health/ready')).toMatchObject({ status: 200, body: { status: 'DEGRADED' } });
  });

  it.each([
    ['by the deadline', false, /^the event loop has not responded within 300 ms$/, 200],
    [
      'by the watchdog, which gives up',
      { warnAfter: 200, liveAfter: 400 },
      /^event loop blocked for \d\.\d s in block /,
      500,
    ],
    ...atNight(['by the watchdog', { warnAfter: 200 }, /^event loop blocked for \d\.\d s in block /, 200]),
  ] as const)('reports that the event loop is blocked, %s', async (_title, watchdog, reason, live) => {
    const options = { deadline: 300, statusCodes: { DOWN: 500 }, retryAfter: 7 };
    const { app } = await startApplication('express', importing({ watchdog }, options));
    const { port = 0 } = app.get(HealthManagement).address ?? {};
    await ask(port, '/health/ready');
    await ask(port, '/health/live');
    const { statuses } = await askFromThread(port, 2500);
    expect(statuses.ready).toEqual({
      status: 500,
      body: { status: 'DOWN', reason: expect.stringMatching(reason) as string },
    });
    expect(statuses.live).toMatchObject({
      status: live,
      body: expect.objectContaining(live === 500 ? { status: 'DOWN' } : { status: 'UP' }) as object,
    });
    // A request with a query goes to the main thread.
    expect(statuses.passed.status).toBe(500);
    expect((await ask(port, '/health/ready')).status).toBe(200);
    expect(await ask(port, '/health/live')).toMatchObject({ status: 200, body: { status: 'UP' } });
  });
});

describe('a thread of the management port that ends by itself', () => {
  /** The worker threads that the library starts. */
  function startedThreads(): readonly Worker[] {
    const unref = vi.spyOn(Worker.prototype, 'unref');
    onTestFinished(() => unref.mockRestore());
    return unref.mock.contexts as Worker[];
  }

  it('is started again on the same port, in the state of the application', async () => {
    const threads = startedThreads();
    const { app, log } = await startApplication('express', importing());
    const { port = 0 } = app.get(HealthManagement).address ?? {};
    expect((await ask(port, '/health/ready')).status).toBe(200);
    await threads[0]?.terminate();
    await vi.waitFor(async () => expect((await ask(port, '/health/ready')).status).toBe(200), {
      timeout: 20_000,
      interval: 50,
    });
    expect(threads).toHaveLength(2);
    expect(log.text).toContain('The thread of the management port has ended (exit code 1). It starts again in 500 ms.');
    app.get(HealthService).refuseTraffic('maintenance');
    expect((await ask(port, '/health/ready')).body.reason).toBe('maintenance');
    await app.close();
    await expect(ask(port, '/health/ready')).rejects.toThrow('fetch failed');
  });

  it('does not keep the application from closing', async () => {
    const threads = startedThreads();
    const { app } = await startApplication('express', importing());
    await threads[0]?.terminate();
    await app.close();
    expect(threads).toHaveLength(1);
  });
});

/** Sends requests from a separate thread while the event loop of this thread is blocked. */
async function askFromThread(
  port: number,
  milliseconds: number,
): Promise<{ readonly statuses: Record<'live' | 'ready' | 'passed', ReceivedResponse> }> {
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const ask = async (path) => {
      const response = await fetch('http://127.0.0.1:' + workerData.port + path);
      return { status: response.status, body: await response.json() };
    };
    setTimeout(async () => {
      const paths = ['/health/live', '/health/ready', '/health/ready?a=1'];
      const [live, ready, passed] = await Promise.all(paths.map(ask));
      parentPort.postMessage({ live, ready, passed });
    }, 1300);
    parentPort.postMessage('started');`;
  const worker = new Worker(code, { eval: true, workerData: { port } });
  onTestFinished(async () => void (await worker.terminate()));
  const statuses = await new Promise<Record<'live' | 'ready' | 'passed', ReceivedResponse>>((resolve, reject) => {
    worker.once('error', reject);
    worker.on('message', (message: 'started' | Record<'live' | 'ready' | 'passed', ReceivedResponse>) => {
      if (message === 'started') block(milliseconds);
      else resolve(message);
    });
  });
  return { statuses };
}

async function refusedAtCreation(root: ModuleMetadata): Promise<{ readonly error: unknown }> {
  try {
    return await refusalOf('express', root);
  } catch (error) {
    return { error };
  }
}
