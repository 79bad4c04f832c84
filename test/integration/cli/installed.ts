import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { CLI } from './built-cli.js';

const MODULES = join(dirname(CLI), '../node_modules');

/** A folder that exists until the end of the test. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'nest-vitals-cli-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A copy of the tool in a folder with only these packages. */
export function installed(...packages: string[]): { readonly cwd: string; readonly file: string } {
  const cwd = temporaryFolder();
  const file = join(cwd, 'dist/cli.js');
  cpSync(CLI, file);
  mkdirSync(join(cwd, 'dist/shared'));
  cpSync(join(dirname(CLI), 'shared/cli-fleet.js'), join(cwd, 'dist/shared/cli-fleet.js'));
  writeFileSync(join(cwd, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(cwd, 'node_modules'));
  for (const name of packages) symlinkSync(join(MODULES, name), join(cwd, 'node_modules', name));
  return { cwd, file };
}
