import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(`../src/management/${path}`, import.meta.url));
const TARGET = at('thread-code.ts');

/**
 * Writes the code of the management thread into a module as a string: a worker that is started from a string needs no file,
 * so it also works in a bundle of the application. Run `npm run build:thread` after a change of its files.
 */
export async function threadCode() {
  const bundle = await rolldown({ input: at('thread/main.ts'), platform: 'node', tsconfig: false, logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'cjs', minify: true });
  await bundle.close();
  const source = [
    '// Generated from the files in thread/ by `npm run build:thread`. A test fails if it is out of date.',
    `export const THREAD_CODE: string = ${JSON.stringify(output[0].code.trim())};`,
  ].join('\n');
  return format(source, { ...(await resolveConfig(TARGET)), parser: 'typescript' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(TARGET, await threadCode());
