import { defineConfig } from 'vitest/config';

/** What installs the packed library into applications of their own, which needs a registry and minutes. */
export default defineConfig({
  test: {
    root: new URL('.', import.meta.url).pathname,
    include: ['*.test.ts'],
    globalSetup: ['support/pack.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    maxWorkers: 2,
  },
});
