import { createRequire } from 'node:module';
import { join } from 'node:path';
import { UsageError } from '../usage-error.js';

/** The exports of a package. */
export type LoadedPackage = Readonly<Record<string, unknown>>;

const NOT_FOUND: ReadonlySet<unknown> = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND']);

/**
 * Loads the first installed package of these, from the folder of the caller or from beside this tool. `option` needs it.
 * Throws `UsageError` with the install command if there is none.
 */
export function loadClient<Name extends string>(
  option: string,
  names: readonly Name[],
): { readonly name: Name; readonly client: LoadedPackage } {
  const places = [join(process.cwd(), 'package.json'), import.meta.url];
  for (const place of places) {
    for (const name of names) {
      const client = loadFrom(place, name);
      if (client) return { name, client };
    }
  }
  throw new UsageError(
    `${option} needs the package ${names.join(' or ')}, which is installed neither in ${process.cwd()} nor beside ` +
      `nest-vitals: run npm install ${names[0]}`,
  );
}

function loadFrom(place: string, name: string): LoadedPackage | undefined {
  const require = createRequire(place);
  let path: string;
  try {
    path = require.resolve(name);
  } catch (error) {
    if (NOT_FOUND.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
  return require(path) as LoadedPackage;
}
