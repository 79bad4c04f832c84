import { randomUUID } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HealthModule, type HealthReport, up } from 'nest-vitals';
import { HealthSources, HealthSourcesModule, storeSource } from 'nest-vitals/sources';
import type { HealthStore } from 'nest-vitals/stores/memory';
import { expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { isNightly } from '../../support/nightly.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';
import { CutProxy } from './cut-proxy.js';

/** A server that the test can make fail. */
export interface SourceServer {
  readonly port: number;
  freeze(): void;
  thaw(): void;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export interface SourceSubject {
  readonly name: string;
  readonly server: () => SourceServer;
  /** A store with its own client, which connects to this port. It ends with the test. */
  readonly open: (port: number) => Promise<HealthStore> | HealthStore;
  /** Whether entries survive a restart of the server. */
  readonly keepsData: boolean;
  /** Makes the server forget old changes. Undefined: it keeps no changes. */
  readonly compact?: () => Promise<void>;
  /** Whether every run tests all behaviours on this store. Default: only the nightly run does. */
  readonly testsAll?: boolean;
  /** The number of entries of the largest collection. Default: 10,000. */
  readonly size?: number;
}

const SOON = { timeout: 40_000, interval: 20 };
const PATIENCE = 180_000;
const MEBIBYTE = 2 ** 20;

/** The behaviours of a source on every store. The tests share one server, so each test uses its own collection. */
export function testSource(subject: SourceSubject): void {
  const { server, open } = subject;
  const testsAll = isNightly || subject.testsAll === true;

  async function start({ instance = 'pod-1', isUnavailable = false } = {}) {
    const proxy = new CutProxy(() => server().port);
    await proxy.mend();
    onTestFinished(() => proxy.cut());
    const store = await open(proxy.port);
    if (isUnavailable) await proxy.cut();
    return { proxy, start: (prefix: string) => startOn(store, prefix, instance, isUnavailable ? 300 : 30_000) };
  }

  async function startOn(store: HealthStore, prefix: string, instance: string, bootTimeout: number): Promise<Reader> {
    const application = await startApplication('express', {
      imports: [
        HealthModule.forRoot({ service: { name: 'orders' } }),
        HealthSourcesModule.forRoot({ sources: [storeSource({ store, prefix })], instance, bootTimeout }),
      ],
      providers: ['stock', 'cache', 'database/primary'].map((name) =>
        FakeIndicator(name, () => up(), { timeout: 900 }),
      ),
    });
    return new Reader(application);
  }

  /** One application, and a writer that reaches the server even when the application does not. */
  async function prepare(options = {}) {
    const prefix = `config-${randomUUID()}/`;
    const writer = await open(server().port);
    const put = (entry: string, content: unknown): Promise<void> =>
      writer.put(`${prefix}orders/${entry}`, typeof content === 'string' ? content : JSON.stringify(content));
    const remove = (entry: string): Promise<void> => writer.remove(`${prefix}orders/${entry}`);
    const { proxy, start: startReader } = await start(options);
    return { prefix, put, remove, writer, proxy, startReader: () => startReader(prefix) };
  }

  it(
    'applies entries and changes in all instances, and the value in code after a deletion',
    { timeout: PATIENCE },
    async () => {
      const { prefix, put, remove, startReader } = await prepare();
      await put('stock', { timeout: 100 });
      await put('database/primary', { enabled: false });
      const one = await startReader();
      const other = await (await start({ instance: 'pod-2' })).start(prefix);
      for (const reader of [one, other]) {
        // Before the first check.
        expect(await reader.options('stock')).toEqual({ timeout: 100 });
        expect((await reader.report()).details['database']?.details?.['primary']?.status).toBe('SKIPPED');
      }
      await put('stock', { timeout: 200, critical: false });
      await put('_instances/pod-2/stock', { timeout: 300 });
      await one.until(async () => expect(await one.options('stock')).toEqual({ timeout: 200, critical: false }));
      await other.until(async () => expect(await other.options('stock')).toEqual({ timeout: 300, critical: false }));
      await remove('_instances/pod-2/stock');
      await other.until(async () => expect(await other.options('stock')).toEqual({ timeout: 200, critical: false }));
      await remove('stock');
      await remove('database/primary');
      for (const reader of [one, other]) {
        await reader.until(async () => expect(await reader.options('stock')).toBeUndefined());
        await reader.until(async () => expect((await reader.report()).details['database']?.status).toBe('UP'));
      }
    },
  );

  it.runIf(testsAll)(
    'refuses a malformed entry, logs and shows it, and keeps the last valid one',
    { timeout: PATIENCE },
    async () => {
      const { put, startReader } = await prepare();
      await put('stock', { timeout: 100 });
      const reader = await startReader();
      await put('stock', '{"timeout":');
      await reader.until(async () =>
        expect(await reader.refused('stock')).toEqual([expect.stringContaining('it is not a JSON object')]),
      );
      expect(await reader.options('stock')).toEqual({ timeout: 100 });
      expect(reader.lines('refused')).toEqual([expect.stringContaining('stock')]);
      await put('stock', { timeout: 0 });
      await reader.until(async () =>
        expect(await reader.refused('stock')).toEqual([expect.stringContaining('stock, timeout: its value is 0')]),
      );
      expect(await reader.source()).toMatchObject({ connected: true, refused: 1 });
      await put('stock', { timeout: 300 });
      await reader.until(async () => expect(await reader.options('stock')).toEqual({ timeout: 300 }));
      expect(await reader.refused('stock')).toBeUndefined();
    },
  );

  it.runIf(testsAll)(
    'keeps the options while the server is frozen, shows it, and continues afterwards',
    { timeout: PATIENCE },
    async () => {
      const { put, startReader } = await prepare();
      await put('stock', { timeout: 100 });
      const reader = await startReader();
      server().freeze();
      onTestFinished(() => server().thaw());
      await reader.until(async () => expect(await reader.source()).toMatchObject({ connected: false }));
      expect((await reader.report()).details['stock']).toMatchObject({
        status: 'UP',
        source: { options: { timeout: 100 }, unavailable_since: expect.any(String) },
      });
      server().thaw();
      await reader.until(async () => expect(await reader.source()).toMatchObject({ connected: true }));
      await vi.waitFor(() => put('stock', { timeout: 200 }), SOON);
      await reader.until(async () => expect(await reader.options('stock')).toEqual({ timeout: 200 }));
    },
  );

  it(
    'keeps the options while the server is unavailable, and then reads the changes',
    { timeout: PATIENCE },
    async () => {
      const { put, remove, proxy, startReader } = await prepare();
      await put('stock', { timeout: 100 });
      await put('cache', { timeout: 100 });
      const reader = await startReader();
      await proxy.cut();
      await reader.until(async () => expect(await reader.source()).toMatchObject({ connected: false }));
      await put('stock', { timeout: 200 });
      await put('stock', { timeout: 300 });
      await remove('cache');
      await put('database/primary', { enabled: false });
      await subject.compact?.();
      expect([await reader.options('stock'), await reader.options('cache')]).toEqual([
        { timeout: 100 },
        { timeout: 100 },
      ]);
      await proxy.mend();
      await reader.until(async () => expect(await reader.options('stock')).toEqual({ timeout: 300 }));
      expect(await reader.options('cache')).toBeUndefined();
      await reader.until(async () => expect((await reader.report()).details['database']?.status).toBe('SKIPPED'));
      expect(reader.lines('is unavailable')).toHaveLength(1);
      expect(reader.lines('is connected again')).toHaveLength(1);
    },
  );

  it('continues after a crash and a restart of the server', { timeout: PATIENCE }, async () => {
    const { put, startReader } = await prepare();
    await put('stock', { timeout: 100 });
    const reader = await startReader();
    await server().kill();
    await reader.until(async () => expect(await reader.source()).toMatchObject({ connected: false }));
    expect(await reader.options('stock')).toEqual({ timeout: 100 });
    await server().restart();
    await reader.until(async () => expect(await reader.source()).toMatchObject({ connected: true }));
    // A server without persistence has lost the entries, so the options are those of the code.
    const kept = subject.keepsData ? { timeout: 100 } : undefined;
    await reader.until(async () => expect(await reader.options('stock')).toEqual(kept));
    await vi.waitFor(() => put('stock', { timeout: 200 }), SOON);
    await reader.until(async () => expect(await reader.options('stock')).toEqual({ timeout: 200 }));
  });

  it.runIf(testsAll)(
    'starts while the source is unavailable, and applies the options when they arrive',
    { timeout: PATIENCE },
    async () => {
      const { put, proxy, startReader } = await prepare({ isUnavailable: true });
      await put('stock', { timeout: 100 });
      const reader = await startReader();
      expect(reader.lines('have not arrived after 300 ms')).toHaveLength(1);
      expect(await reader.options('stock')).toBeUndefined();
      await reader.until(async () =>
        expect(await reader.source()).toMatchObject({ connected: false, error: expect.any(String) }),
      );
      await proxy.mend();
      await reader.until(async () => expect(await reader.options('stock')).toEqual({ timeout: 100 }));
      expect(await reader.source()).toMatchObject({ connected: true });
    },
  );

  it.runIf(testsAll)(
    'applies a flood of changes of one entry in a few changes, including the last one',
    { timeout: PATIENCE },
    async () => {
      const { put, startReader } = await prepare();
      const reader = await startReader();
      for (let timeout = 1; timeout <= 1000; timeout += 20) {
        await Promise.all(Array.from({ length: 20 }, (_unused, offset) => put('stock', { timeout: timeout + offset })));
      }
      await put('stock', { timeout: 4321 });
      await reader.until(async () => expect(await reader.options('stock')).toEqual({ timeout: 4321 }));
      const changes = reader.lines('Health options of stock').length;
      print(`${subject.name}: 1001 changes of one entry were applied as ${changes}`);
      expect(changes).toBeLessThan(250);
    },
  );

  const { size = 10_000 } = subject;
  it.runIf(testsAll)(`reads ${size} entries with limited memory, log and reports`, { timeout: PATIENCE }, async () => {
    const { prefix, writer, put, startReader } = await prepare();
    // Half of them belong to other services, a quarter to other instances, a quarter to no indicator.
    const places = ['payments/', 'payments/', 'orders/_instances/pod-9/', 'orders/'];
    for (let from = 0; from < size; from += 100) {
      const puts = Array.from({ length: 100 }, (_unused, offset) =>
        writer.put(`${prefix}${places[offset % 4]}entry-${from + offset}`, JSON.stringify({ timeout: 500 })),
      );
      await vi.waitFor(() => Promise.all(puts), SOON);
    }
    await put('stock', { timeout: 100 });
    const before = heapInUse();
    const began = performance.now();
    const reader = await startReader();
    const took = performance.now() - began;
    expect(await reader.options('stock')).toEqual({ timeout: 100 });
    const grown = (heapInUse() - before) / MEBIBYTE;
    print(`${subject.name}: ${size} entries: start ${Math.round(took)} ms, heap +${grown.toFixed(1)} MiB`);
    expect(grown).toBeLessThan(60);
    expect(reader.lines('Health options')).toHaveLength(2);
    expect(await reader.source()).toMatchObject({ unknown: size / 4, unknown_names: { length: 10 } });
    expect(JSON.stringify(await reader.report()).length).toBeLessThan(5000);
    await put('stock', { timeout: 200 });
    await reader.until(async () => expect(await reader.options('stock')).toEqual({ timeout: 200 }));
  });
}

/** The log and the reports of one application. */
class Reader {
  readonly #application: TestApplication;

  constructor(application: TestApplication) {
    this.#application = application;
  }

  async report(): Promise<HealthReport> {
    return reportIn(await this.#application.get('/health/deep'));
  }

  async options(indicator: string): Promise<unknown> {
    return (await this.report()).details[indicator]?.source?.options;
  }

  async refused(indicator: string): Promise<unknown> {
    return (await this.report()).details[indicator]?.source?.refused;
  }

  async source(): Promise<unknown> {
    return (await this.report()).sources?.[0];
  }

  lines(part: string): readonly string[] {
    return this.#application.log.lines.map(({ text }) => text).filter((text) => text.includes(part));
  }

  /** Waits until the expectations hold. The error contains the state of the sources. */
  async until(expectations: () => Promise<void>): Promise<void> {
    await vi.waitFor(expectations, SOON).catch((error: unknown) => {
      const [state] = this.#application.app.get(HealthSources).state;
      print(JSON.stringify({ ...state, unknown: state?.unknown.length }));
      throw error;
    });
  }
}

function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

const print = (text: string): boolean => process.stderr.write(`${text}\n`);
