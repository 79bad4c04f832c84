import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(`../src/dashboard/${path}`, import.meta.url));
const TARGET = at('assets.ts');

/**
 * Writes the script and the styles of the page into a module, as texts: the page is the same however the library is
 * loaded, from the sources, from dist or from an application's own bundle. `npm run build:page`, after either changed.
 */
export async function pageAssets() {
  const bundle = await rolldown({ input: at('client/page.ts'), tsconfig: false, logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'iife', minify: true });
  await bundle.close();
  const source = [
    '// Made of the files in client/ by `npm run build:page`. A test says so when it is out of date.',
    `export const PAGE_SCRIPT = ${JSON.stringify(output[0].code.trim())};`,
    `export const PAGE_STYLE = ${JSON.stringify(minify(readFileSync(at('client/page.css'), 'utf8')))};`,
  ].join('\n');
  return format(source, { ...(await resolveConfig(TARGET)), parser: 'typescript' });
}

/** Leaves out what no browser needs. There is no text in these styles that it could change. */
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
