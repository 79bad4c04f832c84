import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.js';

/** Installs a version of Node, and returns the path of its binary. */
export async function nodeBinary(folder: string, version: string): Promise<string> {
  if (version === 'current') return process.execPath;
  const home = join(folder, `node-${version}`);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'package.json'), '{ "private": true }');
  // A script of the package installs the binary of the platform.
  await run(home, 'npm', 'install', '--no-audit', '--no-fund', `node@${version}`);
  return join(home, 'node_modules/node/bin/node');
}
