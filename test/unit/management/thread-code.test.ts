import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { expect, it } from 'vitest';
import { threadCode } from '../../../.config/thread-code.mjs';
import { THREAD_CODE } from '../../../src/management/thread-code.js';

it('the code of the thread is up to date with its source files: npm run build:thread', async () => {
  const file = new URL('../../../src/management/thread-code.ts', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(await threadCode());
});

it('the code of the thread needs no file: it requires only modules of Node', () => {
  const required = [...THREAD_CODE.matchAll(/(?:require|getBuiltinModule|import)\(([^)]*)\)/g)].map(([, name]) => name);
  expect(required.length).toBeGreaterThan(0);
  for (const name of required) {
    const module = /^[`'"]node:(.+)[`'"]$/.exec(name ?? '')?.[1];
    expect([name, builtinModules.includes(module ?? '')]).toEqual([name, true]);
  }
});
