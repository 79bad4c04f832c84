import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Milliseconds: generous, for a machine that is busy. */
export const BUILD_LIMIT = 60_000;

/** The library as it is now, compiled for processes that know nothing of TypeScript. */
export interface BuiltPackage {
  /** What tells the instances to use this build. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): void;
}

/**
 * Compiles into a folder of its own: `dist` may be older, or be written at this moment. Each file by itself, without a
 * look at the types, which takes a fraction of a second.
 */
export function buildPackage(): BuiltPackage {
  const folder = mkdtempSync(join(tmpdir(), 'nest-vitals-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  transpile(join(ROOT, 'src'), join(folder, 'dist'));
  return {
    environment: { NEST_VITALS: join(folder, 'dist/index.js') },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Compiles each file of one folder into another, without a look at the types. */
export function transpile(source: string, output: string): void {
  const compilerOptions = readCompilerOptions();
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const fileName = join(source, name);
    const { outputText } = ts.transpileModule(readFileSync(fileName, 'utf8'), { fileName, compilerOptions });
    const target = join(output, name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
}

function readCompilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as {
    config: { compilerOptions: object };
  };
  // ES modules whatever the folder says: TypeScript looks for the next package.json, and this one it does not see.
  const settings = { ...config.compilerOptions, module: 'ESNext', moduleResolution: 'Bundler', sourceMap: false };
  return ts.convertCompilerOptionsFromJson(settings, ROOT).options;
}
