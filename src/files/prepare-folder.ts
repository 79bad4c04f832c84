import { mkdtemp, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConfigurationFault } from '../errors/fault.js';
import { PLACE } from './files-options.js';

/**
 * Removes the files of an earlier process from the folder. Returns the fault of a folder in which no file can be created.
 * `names`: the names of the status files.
 */
export async function prepareFolder(
  directory: string,
  names: readonly string[],
): Promise<ConfigurationFault | undefined> {
  try {
    const folder = await stat(directory).catch(() => undefined);
    if (!folder) return notUsable(`${directory} does not exist`);
    if (!folder.isDirectory()) return notUsable(`${directory} is not a folder`);
    const stale = (await readdir(directory)).filter((file) => names.some((name) => isOf(name, file)));
    for (const file of stale) await rm(join(directory, file), { force: true });
    // The permission bits are not sufficient: the file system may be read-only.
    await rmdir(await mkdtemp(join(directory, '.writable-')));
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return notUsable(`${directory} is not writable (${code ?? message})`);
  }
}

/** The status file itself, or a draft of it. */
function isOf(name: string, file: string): boolean {
  return file === name || (file.startsWith(`${name}.`) && /^\d+\.tmp$/.test(file.slice(name.length + 1)));
}

const notUsable = (problem: string): ConfigurationFault => ({
  place: `${PLACE}, directory`,
  problem,
  remedy: 'use a folder that exists and in which the user of the process may create files',
});
