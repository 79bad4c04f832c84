import { execFile } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The program that `npm start` runs. */
export const PROGRAM = join(ROOT, 'sample-app/dist/main.js');

/** Compiles the library and the sample if their output is missing or older than their sources. */
export async function build(): Promise<void> {
  await compileIfStale('src', 'dist/index.js');
  await compileIfStale('sample-app', 'sample-app/dist/main.js', 'sample-app/src');
}

async function compileIfStale(project: string, output: string, sources = project): Promise<void> {
  const built = await changedAt(join(ROOT, output)).catch(() => 0);
  if (built > (await latestChange(join(ROOT, sources)))) return;
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '-p', join(ROOT, project)]);
}

async function latestChange(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Math.max(...(await Promise.all(files.map(({ parentPath, name }) => changedAt(join(parentPath, name))))));
}

async function changedAt(file: string): Promise<number> {
  return (await stat(file)).mtimeMs;
}
