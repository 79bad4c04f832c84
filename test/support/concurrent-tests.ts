import { AsyncLocalStorage } from 'node:async_hooks';
import { type TestContext, aroundEach, onTestFinished, vi } from 'vitest';

/** Each test starts processes that share the CPU cores with other test files. */
const AT_THE_SAME_TIME = 3;
/** Milliseconds. Long, because starting a process on a busy machine takes many times as long. */
const LIMIT = 180_000;

const storage = new AsyncLocalStorage<TestContext['onTestFinished']>();

/**
 * For a file whose tests run concurrently: limits their number and their time, and binds `afterThisTest` to the right
 * test.
 */
export function useConcurrentTests(): void {
  vi.setConfig({ maxConcurrency: AT_THE_SAME_TIME, testTimeout: LIMIT });
  aroundEach((runTest, context) => storage.run(context.onTestFinished, runTest));
}

/** Like Vitest's `onTestFinished`, which can pick another test than the caller's while several tests run. */
export function afterThisTest(handler: () => unknown): void {
  const register = storage.getStore() ?? onTestFinished;
  register(async () => {
    await handler();
  });
}
