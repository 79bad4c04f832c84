import { basename } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { atNight } from '../../../support/nightly.js';
import {
  LOADER,
  SOURCE,
  StalledProcess,
  type StalledProcessOptions,
  buildApplication,
  lineOf,
  removeApplication,
} from '../../../support/watchdog/stalled-process.js';

let folder: string;
let process: StalledProcess | undefined;
beforeAll(async () => {
  folder = await buildApplication();
});
afterAll(() => removeApplication(folder));
afterEach(() => process?.kill());

const start = (name: string, options: Partial<StalledProcessOptions> = {}): StalledProcess =>
  (process = new StalledProcess({ folder, name, ...options }));

describe('a stall in JavaScript', () => {
  it.each([
    ['busyLoop', 'parseOrders'],
    ['regularExpression', 'regularExpression'],
    ['microtasks', 'microtasks'],
  ])('names the function of %s in one line, and reports the end once', async (name, expected) => {
    const stalled = start(name, { map: 'file' });
    expect(await stalled.finished()).toBe(0);

    const ends = stalled.of('end');
    expect(ends).toHaveLength(1);
    expect(stalled.of('log')).toHaveLength(1);
    const [{ line = '' } = {}] = stalled.of('log');
    expect(line).toMatch(/^event loop blocked for [\d.]+ m?s in /);
    const frames = ends[0]?.stall?.frames ?? [];
    expect(frames.map((frame) => frame.function)).toContain(expected);
    expect(frames.map(({ file }) => basename(file))).toContain('blocking.ts');
    expect(ends[0]?.stall?.duration).toBeGreaterThan(1000);
    expect(ends[0]?.current).toBeUndefined();
  });

  it('writes the line while the main thread is blocked, and the application continues', async () => {
    const stalled = start('busyLoop', { map: 'file' });
    expect(await stalled.finished()).toBe(0);
    const order = stalled.events.map(({ event }) => event);
    expect(order.indexOf('log')).toBeLessThan(order.indexOf('returned'));
    expect(stalled.of('returned').map(({ result }) => result)).toEqual(['intact']);
    expect(stalled.stderr).toMatch(/^\[Nest\] \d+ {2}- .+ WARN \[Health\] event loop blocked for .+\n$/);
    // The line contains neither the value of a variable nor a message of the inspector.
    expect(JSON.stringify(stalled.events) + stalled.stderr).not.toContain('hunter2');
    expect(stalled.stderr).not.toContain('debugger');
    const frame = stalled.of('end')[0]?.stall?.frames.find((known) => known.function === 'parseOrders');
    expect(frame).toMatchObject({ file: SOURCE, line: lineOf('blockFor(LONG);') });
    // The inspector is not loaded before the first stall.
    expect(stalled.of('ready').map(({ isInspectorLoaded }) => isInspectorLoaded)).toEqual([false]);
    expect(stalled.of('stall').map(({ isInspectorLoaded }) => isInspectorLoaded)).toEqual([true]);
  });
});

it('the watchdog writes the line as JSON, with the fields of the logger of Nest', async () => {
  const stalled = start('busyLoop', { settings: { log: 'json' } });
  await stalled.finished();
  expect(JSON.parse(stalled.stderr)).toEqual({
    level: 'warn',
    pid: stalled.child.pid,
    timestamp: expect.any(Number) as number,
    message: stalled.of('log')[0]?.line,
    context: 'Health',
  });
});

describe('a stall in native code', () => {
  it.each([['childProcess', 'intact'], ...atNight(['deriveKey', 64], ['parseJson', 3_000_001])] as const)(
    'is reported for %s, without a stack',
    async (name, result) => {
      const nodeOptions = ['--max-old-space-size=4096'];
      const stalled = start(name, { settings: { warnAfter: 200 }, nodeOptions });
      expect(await stalled.finished()).toBe(0);
      const [{ stall } = {}] = stalled.of('end');
      expect(stall).toMatchObject({ frames: [], missingStack: 'native' });
      expect(stall?.description).toMatch(/^event loop blocked for [\d.]+ m?s in native code$/);
      expect(stalled.of('log')[0]?.line).toContain('No call stack, because native code cannot be interrupted');
      expect(stalled.of('returned')[0]?.result).toBe(result);
      expect(stalled.stderr).not.toContain('debugger');
    },
  );

  it('is reported for garbage collection near the limit of the heap', async () => {
    const stalled = start('garbage', { nodeOptions: ['--max-old-space-size=64'] });
    expect(await stalled.finished()).toBe(0);
    const [{ stall } = {}] = stalled.of('end');
    // JavaScript runs between two collections, so both results are right.
    const isNamed = stall?.frames.some((frame) => frame.function === 'garbage') ?? false;
    expect(isNamed || stall?.missingStack === 'native').toBe(true);
    expect(stalled.of('returned')[0]?.result).toBe('intact');
  });
});

describe('the capture of a stall', () => {
  it('is not made when the option stack is false', async () => {
    const stalled = start('busyLoop', { settings: { stack: false } });
    await stalled.finished();
    const [{ stall, isInspectorLoaded } = {}] = stalled.of('end');
    expect(stall).toMatchObject({ frames: [], missingStack: 'off' });
    expect(isInspectorLoaded).toBe(false);
    expect(stalled.of('log')[0]?.line).toMatch(/^event loop blocked for [\d.]+ m?s$/);
  });

  it.each([['--inspect=0'], ...atNight(['--inspect=127.0.0.1:0'])] as const)(
    'is not made while the inspector is open: %s',
    async (option) => {
      const stalled = start('busyLoop', { nodeOptions: [option] });
      await stalled.finished();
      expect(stalled.of('end')[0]?.stall).toMatchObject({ frames: [], missingStack: 'debugger' });
      expect(stalled.of('log')[0]?.line).toContain('No call stack, because the inspector is open for a debugger');
    },
  );

  it('is not made after SIGUSR1 has opened the inspector during the stall', async () => {
    const stalled = start('busyLoop', { nodeOptions: ['--inspect-port=0'], settings: { warnAfter: 1000 } });
    await stalled.until('ready');
    stalled.child.kill('SIGUSR1');
    await stalled.finished();
    expect(stalled.of('end')[0]?.stall).toMatchObject({ missingStack: 'debugger' });
  });

  it.each([
    ['inline', ['--enable-source-maps']],
    ...atNight(['inline', []], ['file', ['--enable-source-maps']]),
  ] as const)('names the TypeScript source by a source map (%s, %j)', async (map, nodeOptions) => {
    const stalled = start('busyLoop', { map, nodeOptions });
    await stalled.finished();
    const frame = stalled.of('end')[0]?.stall?.frames.find((known) => known.function === 'parseOrders');
    expect(frame).toMatchObject({ file: SOURCE, line: lineOf('blockFor(LONG);') });
  });

  it('names the TypeScript source that a loader has compiled in memory', async () => {
    const nodeOptions = ['--enable-source-maps', '--import', LOADER];
    const stalled = start('busyLoop', { file: SOURCE, nodeOptions });
    await stalled.finished();
    const frame = stalled.of('end')[0]?.stall?.frames.find((known) => known.function === 'parseOrders');
    expect(frame).toMatchObject({ file: SOURCE, line: lineOf('blockFor(LONG);') });
  });

  it('names the compiled file without a source map', async () => {
    const stalled = start('busyLoop', { map: 'none' });
    await stalled.finished();
    const frame = stalled.of('end')[0]?.stall?.frames.find((known) => known.function === 'parseOrders');
    expect(basename(frame?.file ?? '')).toBe('blocking-none.js');
  });
});

describe('a stall', () => {
  it('is not reported while the event loop turns', async () => {
    const stalled = start('turnsFrequently', { settings: { warnAfter: 900 } });
    await stalled.until('returned');
    expect(stalled.of('log')).toEqual([]);
  });

  it('is not reported when the whole process was stopped', async () => {
    const stalled = start('turnsFrequently', { settings: { warnAfter: 900 } });
    await stalled.until('ready');
    stalled.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    stalled.child.kill('SIGCONT');
    await stalled.until('returned');
    expect(stalled.of('log')).toEqual([]);
    expect(stalled.of('stall')).toEqual([]);
  });
});

it('a stall makes live fail after liveAfter, with a second log line', async () => {
  const stalled = start('busyLoop', { settings: { warnAfter: 300, liveAfter: 800 } });
  await stalled.finished();
  expect(stalled.of('stall').map(({ stall }) => stall?.failsLive)).toEqual([false, true]);
  expect(stalled.of('stall')[1]?.current?.failsLive).toBe(true);
  expect(stalled.of('log')[1]?.line).toMatch(/^live responds with 503 until the stall ends: event loop blocked for /);
});
