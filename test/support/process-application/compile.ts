import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { entries } from '../../../.config/entries.mjs';

export type NestVersion = 11 | 12;

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SOURCES = join(ROOT, 'src');
const APPLICATION = join(ROOT, 'test/support/process-application/application');

/** Compiled files below a `node_modules` folder load the Nest that is installed there. */
const CACHES: Readonly<Record<NestVersion, string>> = {
  11: join(ROOT, 'test/nest-11/node_modules/.cache/process-application'),
  12: join(ROOT, 'node_modules/.cache/process-application'),
};

const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  verbatimModuleSyntax: true,
  inlineSourceMap: true,
};

/** The library under the name that users import. */
const MANIFEST = JSON.stringify({
  name: 'nest-vitals',
  type: 'module',
  exports: Object.fromEntries(
    entries.map(({ name, source }) => [name.replace(/^nest-vitals/, '.'), `./library/${source}.js`]),
  ),
});
const SOURCE_OF = new Map(entries.map(({ name, source }) => [name, join(SOURCES, `${source}.ts`)]));

/** The main files. Searching all sources for each process would make its start slower. */
const compiledHere = new Map<NestVersion, string>();

/**
 * Compiles the library and the application for processes of their own, once for each state of the sources. The copy is
 * a package by the library's name, so that the application imports the library as users do. Returns the main file.
 */
export function compileApplication(nest: NestVersion): string {
  const known = compiledHere.get(nest);
  if (known !== undefined) return known;
  const files = withTheirImports(filesBelow(APPLICATION));
  const hash = createHash('sha256').update(JSON.stringify(COMPILER_OPTIONS)).update(MANIFEST);
  for (const { target, text } of files) hash.update(`${target}\0${text}\0`);
  const compiled = join(CACHES[nest], hash.digest('hex').slice(0, 16));
  if (!existsSync(compiled)) writeOnce(files, compiled);
  const main = join(compiled, 'application/main.js');
  compiledHere.set(nest, main);
  return main;
}

interface SourceFile {
  readonly target: string;
  readonly text: string;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted();
}

/** These files and all their imports, direct and indirect. The application does not use half of the library. */
function withTheirImports(paths: readonly string[]): SourceFile[] {
  const texts = new Map<string, string>();
  const open = [...paths];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (texts.has(path)) continue;
    const text = readFileSync(path, 'utf8');
    texts.set(path, text);
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      const imported = fileName.startsWith('.')
        ? join(dirname(path), fileName.replace(/\.js$/, '.ts'))
        : SOURCE_OF.get(fileName);
      if (imported !== undefined) open.push(imported);
    }
  }
  return [...texts].map(([path, text]) => {
    const isOfLibrary = path.startsWith(SOURCES);
    const target = isOfLibrary
      ? join('library', relative(SOURCES, path))
      : join('application', relative(APPLICATION, path));
    return { target, text };
  });
}

/** Milliseconds after which a compiling process has certainly ended without a result. */
const LONGEST_COMPILATION = 120_000;
const PAUSE = 200;

/**
 * Several test files start at the same time. One of them compiles, which takes seconds on both cores. The others wait.
 */
function writeOnce(files: readonly SourceFile[], compiled: string): void {
  const lock = `${compiled}.lock`;
  mkdirSync(dirname(lock), { recursive: true });
  const began = performance.now();
  while (!existsSync(compiled)) {
    if (!take(lock) && performance.now() - began < LONGEST_COMPILATION) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
      continue;
    }
    try {
      if (!existsSync(compiled)) write(files, compiled);
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

/** Writes to a temporary folder and renames it in one step, because an earlier process may have been killed halfway. */
function write(files: readonly SourceFile[], compiled: string): void {
  const draft = `${compiled}-${randomUUID()}`;
  for (const { target, text } of files) {
    const path = join(draft, target.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, ts.transpileModule(text, { compilerOptions: COMPILER_OPTIONS, fileName: target }).outputText);
  }
  writeFileSync(join(draft, 'package.json'), MANIFEST);
  try {
    renameSync(draft, compiled);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(compiled)) throw error;
  }
}
