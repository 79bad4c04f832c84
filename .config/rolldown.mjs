import { readFileSync, readdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { defineConfig } from 'rolldown';
import { entries } from './entries.mjs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/**
 * Bundles each entry point into one file and shared code into common files: an application reads few files at its start, and
 * a class that two entry points use exists once.
 */
const library = {
  input: Object.fromEntries(entries.map(({ source }) => [source, `src/${source}.ts`])),
  platform: 'node',
  tsconfig: 'src/tsconfig.json',
  // The decorator helpers are bundled. Every other package is resolved in the application.
  external: (id) => !/^[./]|^@oxc-project\/runtime\//.test(id),
};
/** The file with the description of the endpoints for an OpenAPI document, in the folder of the entry points. */
const DESCRIPTION = 'endpoints-description.cjs';
const BUNDLED_DESCRIPTION = 'endpoints-description.js';
/**
 * Loads that file when an application makes a document, and not at each start. It is loaded synchronously, because
 * @nestjs/swagger reads metadata synchronously. It is CommonJS, and the same for both forms of the library.
 *
 * A bundler must find the file, and sees only an import or a `require()`. In ESM an import would load the file at each start,
 * so the import has a name of the package ("imports" in package.json): for a bundler it is the file as ESM, for Node a built-in
 * module.
 */
const LOADERS = {
  esm: `import { createRequire } from 'node:module';
import * as bundled from '#endpoints-description';
export const loadControllerDescription = () =>
  bundled.describeController ? bundled : createRequire(import.meta.url)('./${DESCRIPTION}');`,
  cjs: `export const loadControllerDescription = () => require('./${DESCRIPTION}');`,
};
const loadsDescriptionLazily = (format) => ({
  name: 'lazy-description',
  resolveId(source, importer) {
    if (source === `./${DESCRIPTION}`) return { id: source, external: true };
    return source === './load-controller-description.js' && importer?.endsWith('/api-description.ts')
      ? '\0lazy-description'
      : undefined;
  },
  load: (id) => (id === '\0lazy-description' ? LOADERS[format] : undefined),
});

/**
 * The code that every application loads becomes one file: Node takes about 0.3 ms for each file that it imports. Code that only
 * other entry points share stays in files of its own.
 */
const core = loadedBy(resolve('src/index.ts'));
const isCore = (id) => core.has(id) || /@oxc-project.runtime/.test(id);
const inOneFile = { groups: [{ name: 'core', test: isCore, minShareCount: 2 }] };

/** The sources that a file imports, directly or through others. Types are not loaded, and import() loads later. */
function loadedBy(path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, source] of readFileSync(path, 'utf8').matchAll(
    /^(?:import|export) (?!type\b)[^;]*?'(\.[^']+)\.js';$/gm,
  )) {
    loadedBy(resolve(dirname(path), `${source}.ts`), found);
  }
  return found;
}

/** The package contains the sources, so the source maps do not repeat them. */
const common = { dir: 'dist', sourcemap: true, sourcemapExcludeSources: true, comments: { jsdoc: false } };

/**
 * Escapes all characters outside ASCII. Node keeps a file that has one in two bytes for each character, which doubles its
 * memory, and compiles it more slowly. Such characters occur only in literals, since comments are removed.
 */
const inAscii = {
  name: 'ascii',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle).filter(({ type }) => type === 'chunk')) {
      file.code = file.code.replace(/[^\0-\x7f]/g, escaped);
    }
  },
};
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

const SCHEMATICS = 'src/schematics';
/** Adds the JSON files of the schematics, because the CLI of Nest reads them from disk. */
const collection = {
  name: 'collection',
  generateBundle() {
    for (const name of readdirSync(SCHEMATICS).filter((file) => file.endsWith('.json'))) {
      const source = readFileSync(`${SCHEMATICS}/${name}`, 'utf8');
      this.emitFile({ type: 'asset', fileName: `schematics/${name}`, source });
    }
  },
};

export default defineConfig([
  {
    ...library,
    plugins: [loadsDescriptionLazily('esm'), inAscii],
    output: { ...common, format: 'esm', chunkFileNames: 'shared/[name].js', codeSplitting: inOneFile },
  },
  {
    ...library,
    plugins: [loadsDescriptionLazily('cjs'), inAscii],
    output: {
      ...common,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'shared/[name].cjs',
      codeSplitting: inOneFile,
      // Some programs that need CommonJS do not support import(), for example Jest without flags.
      dynamicImportInCjs: false,
    },
  },
  ...[DESCRIPTION, BUNDLED_DESCRIPTION].map((entryFileNames) => ({
    input: { 'endpoints-description': 'src/endpoints/description/controller-description.ts' },
    platform: 'node',
    tsconfig: 'src/tsconfig.json',
    output: { ...common, format: entryFileNames.endsWith('.cjs') ? 'cjs' : 'esm', entryFileNames },
  })),
  {
    // The command-line tool: one file, so that it starts quickly, and a second one for the command `fleet`.
    input: { cli: 'src/cli/main.ts' },
    transform: { define: { VERSION: JSON.stringify(version) } },
    // Code that both share is in the first one, which can be copied alone.
    preserveEntrySignatures: 'allow-extension',
    platform: 'node',
    tsconfig: 'src/tsconfig.json',
    output: {
      dir: 'dist',
      format: 'esm',
      banner: ({ isEntry }) => (isEntry ? '#!/usr/bin/env node' : ''),
      chunkFileNames: 'shared/cli-[name].js',
      minify: true,
    },
  },
  {
    // The CLI of Nest loads the schematics with require().
    input: { 'schematics/index': `${SCHEMATICS}/index.ts` },
    platform: 'node',
    tsconfig: 'src/tsconfig.json',
    plugins: [collection],
    output: { dir: 'dist', format: 'cjs', entryFileNames: '[name].cjs' },
  },
]);
