import { dirname, join } from 'node:path';
import ts from 'typescript';

const root = new URL('../..', import.meta.url).pathname;

/** The errors of TypeScript in files given as text, by name without `.ts`. The files may use globals of a test runner. */
export function compileErrors(files: Readonly<Record<string, string>>): string[] {
  const folder = join(root, 'test/virtual');
  const virtual = new Map(Object.entries(files).map(([name, code]) => [join(folder, `${name}.ts`), code]));
  virtual.set(join(folder, 'globals.d.ts'), GLOBALS);
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const disk = ts.createCompilerHost(options);
  host.fileExists = (path) => virtual.has(path) || disk.fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? disk.readFile(path);
  const folders = new Set([...virtual.keys()].map((path) => dirname(path)));
  host.directoryExists = (path) => folders.has(path) || (disk.directoryExists?.(path) ?? true);
  host.getSourceFile = (path, version, ...rest) => {
    const code = virtual.get(path);
    return code === undefined ? disk.getSourceFile(path, version, ...rest) : ts.createSourceFile(path, code, version);
  };
  const program = ts.createProgram([...virtual.keys()], { ...options, ...AS_APPLICATION }, host);
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file !== undefined && virtual.has(file.fileName))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

/** The compiler options of new Nest applications. */
const AS_APPLICATION: ts.CompilerOptions = {
  noEmit: true,
  types: ['node'],
  skipLibCheck: true,
  composite: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};

const GLOBALS = `
declare function describe(name: string, run: () => void): void;
declare function it(name: string, run: () => Promise<void>): void;
declare function expect(value: unknown): { toMatchObject(value: object): void };`;
