import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** Folders of programs that are not in the PATH. The newest PostgreSQL comes first. */
const FOLDERS: readonly string[] = [
  ...versionsIn('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin')),
  // The script of this name in /usr/sbin runs the server in system folders.
  '/usr/lib/rabbitmq/bin',
  ...(process.env['PATH'] ?? '').split(':'),
  '/usr/local/sbin',
  '/usr/sbin',
];

/** The absolute path of a program, or only its name if this machine does not have it. */
export function findProgram(name: string): string {
  return FOLDERS.map((folder) => join(folder, name)).find(isExecutable) ?? name;
}

/** The first of the programs that this machine does not have. */
export const missingProgram = (programs: readonly string[]): string | undefined =>
  programs.find((program) => !isAbsolute(program));

function versionsIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted((one, other) => Number(other) - Number(one)) : [];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isAbsolute(path);
  } catch {
    return false;
  }
}
