import { existsSync, readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/**
 * The entry points in `exports` of package.json: the name that users import, and the path of its source.
 */
export const entries = Object.entries(exports).flatMap(([path, target]) => {
  const source = /^\.\/dist\/(.+)\.js$/.exec(target.import?.default)?.[1];
  if (source === undefined || !existsSync(new URL(`../src/${source}.ts`, import.meta.url))) return [];
  return [{ name: `nest-vitals${path.slice(1)}`, source }];
});
