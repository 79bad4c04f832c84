import { existsSync, readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/**
 * The entry points of the package, as `exports` of package.json lists them: the name that users import, and the source
 * behind it.
 */
export const entries = Object.entries(exports).flatMap(([path, target]) => {
  const source = /^\.\/dist\/(.+)\.js$/.exec(target.import?.default)?.[1];
  if (source === undefined || !existsSync(new URL(`../src/${source}.ts`, import.meta.url))) return [];
  return [{ name: `nest-vitals${path.slice(1)}`, source }];
});
