import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Milliseconds. Long enough for a busy machine. */
export const BUILD_LIMIT = 60_000;

/** The current sources of the library, compiled for processes without TypeScript. */
export interface BuiltPackage {
  /** Environment variables that make the instances use this build. */
  readonly environment: Readonly<Record<string, string>>;
  remove(): void;
}

/**
 * Compiles into a temporary folder, because `dist` may be outdated or in use. Each file is compiled without a type check,
 * which takes a fraction of a second.
 */
export function buildPackage(): BuiltPackage {
  const folder = mkdtempSync(join(tmpdir(), 'nest-vitals-'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  transpile(join(ROOT, 'src'), join(folder, 'dist'));
  return {
    environment: {
      NEST_VITALS: join(folder, 'dist/index.js'),
      NEST_VITALS_HAPROXY: join(folder, 'dist/haproxy/index.js'),
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Compiles each file of one folder into another, without a type check. */
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
  // Always ES modules: TypeScript would use the nearest package.json, which is not that of the output folder.
  const settings = { ...config.compilerOptions, module: 'ESNext', moduleResolution: 'Bundler', sourceMap: false };
  return ts.convertCompilerOptionsFromJson(settings, ROOT).options;
}
