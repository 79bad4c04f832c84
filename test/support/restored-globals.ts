import { afterAll, vi } from 'vitest';

const NAMES = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'Date',
  'fetch',
] as const;
const KEY = Symbol.for('nest-vitals.test.original-globals');

interface Replaceable {
  readonly owner: Record<string, unknown>;
  readonly name: string;
  readonly original: unknown;
}

const replaceable = (owner: object, name: string): Replaceable => {
  const properties = owner as Record<string, unknown>;
  return { owner: properties, name, original: properties[name] };
};

/** The globals that tests replace, as they are in a new worker. This file runs again for each test file of a worker. */
const originals = ((globalThis as Record<symbol, unknown>)[KEY] ??= [
  ...NAMES.map((name) => replaceable(globalThis, name)),
  replaceable(performance, 'now'),
]) as readonly Replaceable[];

/**
 * The files of a worker share its globals. A file that leaves a fake clock behind must fail itself, and not a later
 * file.
 */
afterAll(() => {
  const changed = originals.filter(({ owner, name, original }) => owner[name] !== original);
  // Vitest does this after each file. It restores the function that a spy replaced, even if that was a function of a
  // fake clock.
  vi.restoreAllMocks();
  for (const { owner, name, original } of originals) owner[name] = original;
  if (changed.length > 0) throw new Error(`this file does not restore ${changed.map(({ name }) => name).join(', ')}`);
});
