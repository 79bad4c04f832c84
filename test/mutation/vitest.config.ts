import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What mutants of the engine have to get past: its own tests, in one process that stays, without those of properties. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/unit/core/*.test.ts'],
    // They fill memory, and would for each mutant.
    exclude: ['**/*.memory.test.ts', '**/*.collected.test.ts'],
    testTimeout: 30_000,
    isolate: false,
    fileParallelism: false,
    pool: 'threads',
  },
});
