import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(import.meta.dirname, '../..');

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
  // Always ES modules: TypeScript would decide by the nearest package.json, which is not that of the output folder.
  const settings = { ...config.compilerOptions, module: 'ESNext', moduleResolution: 'Bundler', sourceMap: false };
  return ts.convertCompilerOptionsFromJson(settings, ROOT).options;
}
