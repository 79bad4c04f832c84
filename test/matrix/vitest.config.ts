import { defineConfig } from 'vitest/config';

/** Tests that install the packed library into separate applications. They need a registry and take minutes. */
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
