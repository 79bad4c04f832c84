import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { ShutdownSignals } from '../../../src/lifecycle/shutdown-signals.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

const nest = vi.fn<() => void>();
const act = vi.fn<(signal: NodeJS.Signals) => void>();
let signals = new ShutdownSignals();

beforeEach(() => {
  vi.clearAllMocks();
  process.on('SIGTERM', nest);
  signals = new ShutdownSignals();
  onTestFinished(() => {
    signals.stop();
    process.off('SIGTERM', nest);
  });
});

const nextTick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));
const emit = (): boolean => process.emit('SIGTERM', 'SIGTERM');

it('ShutdownSignals acts on the second signal, once', async () => {
  signals.start();
  emit();
  signals.onSecond(act);
  await advance(500);
  expect(act).not.toHaveBeenCalled();
  emit();
  await advance(500);
  emit();
  expect(act).toHaveBeenCalledExactlyOnceWith('SIGTERM');
});

it('ShutdownSignals counts the first signal when its listener was added after the start', async () => {
  process.off('SIGTERM', nest);
  signals.start();
  process.on('SIGTERM', nest);
  await nextTick();
  emit();
  signals.onSecond(act);
  await advance(500);
  emit();
  expect(act).toHaveBeenCalledExactlyOnceWith('SIGTERM');
});

it('ShutdownSignals leaves no listener behind for listeners that are added later', async () => {
  const before = process.listenerCount('newListener');
  signals.start();
  signals.stop();
  process.off('SIGTERM', nest);
  process.on('SIGTERM', nest);
  await nextTick();
  expect(process.listeners('SIGTERM')).toEqual([nest]);
  expect(process.listenerCount('newListener')).toBe(before);
});

it('ShutdownSignals counts signals within 500 ms as one, because a terminal and the Nest CLI send them twice', async () => {
  signals.start();
  emit();
  signals.onSecond(act);
  await advance(499);
  emit();
  expect(act).not.toHaveBeenCalled();
});

it('ShutdownSignals counts the first signal during close() as the first', async () => {
  signals.start();
  signals.onSecond(act);
  await advance(1000);
  emit();
  expect(act).not.toHaveBeenCalled();
  await advance(1000);
  emit();
  expect(act).toHaveBeenCalledOnce();
});

it('ShutdownSignals listens only to signals with another listener, and to none after the drain', () => {
  const before = process.listenerCount('SIGHUP');
  expect(before).toBe(0);
  signals.start();
  signals.onSecond(act);
  expect(process.listenerCount('SIGHUP')).toBe(0);
  expect(process.listeners('SIGTERM')).toHaveLength(2);

  signals.stop();
  expect(process.listeners('SIGTERM')).toEqual([nest]);
});

it('ShutdownSignals restores the default action of the signal when the other listeners are removed', () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  onTestFinished(() => kill.mockRestore());
  signals.start();
  process.off('SIGTERM', nest);
  emit();
  expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGTERM');
  expect(process.listenerCount('SIGTERM')).toBe(0);
});

it('ShutdownSignals warns 10 s after the start when SIGTERM has no listener', async () => {
  const warn = vi.fn<() => void>();
  const others = process.listeners('SIGTERM');
  process.removeAllListeners('SIGTERM');
  onTestFinished(() => {
    for (const other of others) process.on('SIGTERM', other);
  });
  signals.warnIfUnhandled(warn);
  await advance(9999);
  expect(warn).not.toHaveBeenCalled();
  await advance(1);
  expect(warn).toHaveBeenCalledOnce();
});

it('ShutdownSignals does not warn when the application listens to SIGTERM, or was closed earlier', async () => {
  const warn = vi.fn<() => void>();
  signals.warnIfUnhandled(warn);
  await advance(10_000);
  process.off('SIGTERM', nest);
  signals.warnIfUnhandled(warn);
  signals.stop();
  await advance(10_000);
  expect(warn).not.toHaveBeenCalled();
});

it('ShutdownSignals acts on the second signal when the number of listeners has no limit', async () => {
  const limit = process.getMaxListeners();
  process.setMaxListeners(0);
  onTestFinished(() => void process.setMaxListeners(limit));
  signals.start();
  emit();
  signals.onSecond(act);
  await advance(500);
  emit();
  expect(act).toHaveBeenCalledExactlyOnceWith('SIGTERM');
});
