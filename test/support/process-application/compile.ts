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

/** Compiled files that stand below a `node_modules` find the Nest that is installed there. */
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

/** The library as users import it. */
const MANIFEST = JSON.stringify({
  name: 'nest-vitals',
  type: 'module',
  exports: Object.fromEntries(
    entries.map(({ name, source }) => [name.replace(/^nest-vitals/, '.'), `./library/${source}.js`]),
  ),
});

/**
 * Compiles the library and the application for processes of their own, once for each state of the sources. The copy is
 * a package by the library's name, so that the application imports the library as users do. Returns the main file.
 */
export function compileApplication(nest: NestVersion): string {
  const files = [...filesBelow(SOURCES, 'library'), ...filesBelow(APPLICATION, 'application')];
  const hash = createHash('sha256').update(JSON.stringify(COMPILER_OPTIONS)).update(MANIFEST);
  for (const { target, text } of files) hash.update(`${target}\0${text}\0`);
  const compiled = join(CACHES[nest], hash.digest('hex').slice(0, 16));
  if (!existsSync(compiled)) write(files, compiled);
  return join(compiled, 'application/main.js');
}

interface SourceFile {
  readonly target: string;
  readonly text: string;
}

function filesBelow(folder: string, target: string): SourceFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted()
    .map((path) => ({ target: join(target, relative(folder, path)), text: readFileSync(path, 'utf8') }));
}

/** Beside its place first, and then there in one step: other test files may be doing the same. */
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
