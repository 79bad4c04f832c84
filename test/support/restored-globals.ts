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

/** What tests replace, as it is in a new worker. This file runs again for each test file of a worker. */
const originals = ((globalThis as Record<symbol, unknown>)[KEY] ??= [
  ...NAMES.map((name) => replaceable(globalThis, name)),
  replaceable(performance, 'now'),
]) as readonly Replaceable[];

/** The files of a worker share its globals, so a file that leaves a fake clock behind fails itself, and not a later one. */
afterAll(() => {
  const changed = originals.filter(({ owner, name, original }) => owner[name] !== original);
  // Vitest does this after each file. It puts back what a spy has replaced, also if that was a function of a fake clock.
  vi.restoreAllMocks();
  for (const { owner, name, original } of originals) owner[name] = original;
  if (changed.length > 0) throw new Error(`this file does not restore ${changed.map(({ name }) => name).join(', ')}`);
});
