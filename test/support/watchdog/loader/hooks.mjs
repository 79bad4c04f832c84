import { readFileSync } from 'node:fs';
import { join } from 'node:path';

let folder = '';

/** Receives the folder of the application. */
export function initialize(data) {
  folder = data;
}

/** Returns JavaScript for a TypeScript file, as loaders of TypeScript do: the file on the disk has no source map. */
export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  // Compiled beforehand, because loading the compiler takes seconds.
  const source = readFileSync(join(folder, 'blocking-inline.js'), 'utf8');
  return { format: 'module', source, shortCircuit: true };
}
