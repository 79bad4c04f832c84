import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * The tests that mutants of the engine must fail: the engine's own tests in one process, without the property tests.
 */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../..', import.meta.url)),
    include: ['test/unit/core/*.test.ts'],
    // These tests fill the memory, and would do so for each mutant.
    exclude: ['**/*.memory.test.ts', '**/*.collected.test.ts'],
    testTimeout: 30_000,
    isolate: false,
    fileParallelism: false,
    pool: 'threads',
  },
});
