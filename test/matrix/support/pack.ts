import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { run } from './run.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packed library, and a folder for applications that install it. */
    readonly tarball: string;
    readonly folder: string;
  }
}

export default async function pack(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'nest-vitals-matrix-'));
  const root = new URL('../../..', import.meta.url).pathname;
  const [{ filename }] = JSON.parse(await run(root, 'npm', 'pack', '--json', '--pack-destination', folder));
  project.provide('tarball', join(folder, filename));
  project.provide('folder', folder);
  return () => rm(folder, { recursive: true, force: true });
}
