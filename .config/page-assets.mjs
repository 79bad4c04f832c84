import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(`../src/dashboard/${path}`, import.meta.url));
const TARGET = at('assets.ts');

/**
 * Writes the script and the styles of the page into a module as strings, so that the page is the same when the library is
 * loaded from its sources, from dist or from a bundle. Run `npm run build:page` after a change of the script or the styles.
 */
export async function pageAssets() {
  const bundle = await rolldown({ input: at('client/page.ts'), tsconfig: false, logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  const source = [
    '// Generated from the files in client/ by `npm run build:page`. A test fails if it is out of date.',
    `export const PAGE_SCRIPT = ${JSON.stringify(output[0].code.trim())};`,
    `export const PAGE_STYLE = ${JSON.stringify(minify(readFileSync(at('client/page.css'), 'utf8')))};`,
  ].join('\n');
  return format(source, { ...(await resolveConfig(TARGET)), parser: 'typescript' });
}

/** Removes comments and white space. Safe for these styles, because they contain no strings. */
function minify(css) {
  return css
    .replaceAll(/\/\*.*?\*\//gs, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ ?([{};,]) ?/g, '$1')
    .replaceAll(': ', ':')
    .replaceAll(';}', '}')
    .trim();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(TARGET, await pageAssets());
