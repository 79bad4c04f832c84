import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { type CodeBlock, codeBlocks } from '../support/code-blocks.js';

const root = resolve(import.meta.dirname, '../..');
const files = ['README.md', 'sample-app/README.md', 'ops/README.md', ...listMarkdown('docs')];

/** The files of the reader's application that the blocks import. */
const READERS_FILES: Readonly<Record<string, string>> = {
  'app.module.ts': `
    import { HealthIndicator, HealthModule, up } from 'nest-vitals';
    import { Module } from '@nestjs/common';
    @HealthIndicator('payments')
    export class PaymentsHealth implements HealthIndicator { check() { return up(); } }
    @Module({ imports: [HealthModule.forRoot()], providers: [PaymentsHealth] })
    export class AppModule {}`,
  // The files of the guide for beginners.
  'payments.health.ts': `export { PaymentsHealth } from './app.module.js';`,
  'app.controller.ts': 'export class AppController {}',
  'app.service.ts': 'export class AppService {}',
  // The client that Prisma generates.
  'generated/prisma/client.ts': `export { PrismaClient } from '../../../../support/prisma/generated/client.js';`,
  '../src/app.module.ts': `export { AppModule } from '../readers-application/app.module.js';`,
};

describe('the documentation', () => {
  it('has TypeScript that compiles', () => {
    const blocks = files.flatMap((file) => codeBlocks(join(root, file), 'ts'));
    expect(blocks.length).toBeGreaterThan(2);
    expect(typeCheck(blocks)).toEqual([]);
  }, 300_000);

  it.each(files)('%s has links to existing files and headings', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const dead = targets.filter(([, target = '', anchor]) => {
      const path = target === '' ? join(root, file) : join(root, dirname(file), target);
      return !existsSync(path) || (anchor !== undefined && !anchorsOf(path).includes(anchor));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  it('has a page for each integration, and links to it', () => {
    const index = readFileSync(join(root, 'docs/integrations.md'), 'utf8');
    const observers = new Set(['opentelemetry', 'prometheus']);
    const clients = readdirSync(join(root, 'src/integrations'))
      .filter((name) => !observers.has(name))
      .toSorted();
    const linked = [...index.matchAll(/^\| \[([\w-]+)\]\(integrations\/\1\.md\)/gm)].map(([, name]) => name);
    expect(linked).toEqual(clients);
    expect(listMarkdown('docs/integrations').toSorted()).toEqual(clients.map((name) => `docs/integrations/${name}.md`));
  });

  it('links from the package only to files of the package', () => {
    const packed = packedFiles();
    const links = [...packed]
      .filter((file) => file.endsWith('.md') && !file.startsWith('src/'))
      .flatMap((file) =>
        [...readFileSync(join(root, file), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, target = '']) => ({
          file,
          target: relative(root, join(root, dirname(file), target)),
        })),
      );
    expect(links.length).toBeGreaterThan(100);
    const isPacked = (target: string): boolean =>
      packed.has(target) || [...packed].some((file) => file.startsWith(`${target}/`));
    expect(links.filter(({ target }) => !isPacked(target))).toEqual([]);
  }, 60_000);

  it.each(files)('%s has valid JSON', (file) => {
    const broken = codeBlocks(join(root, file), 'json').filter(({ code }) => !isJson(code));
    expect(broken).toEqual([]);
  });
});

/** The files that `npm publish` would publish. */
function packedFiles(): ReadonlySet<string> {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
  });
  const [{ files: packed }] = JSON.parse(output) as [{ files: { path: string }[] }];
  return new Set(packed.map(({ path }) => path));
}

/** The anchors of a Markdown file: its headings in the form of GitHub. */
function anchorsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function listMarkdown(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
}

/** Compiles each block as a separate file beside the reader's files, and returns the errors. */
function typeCheck(blocks: readonly CodeBlock[]): string[] {
  const folder = join(root, 'test/package/readers-application');
  const virtual = new Map(Object.entries(READERS_FILES).map(([name, code]) => [join(folder, name), code]));
  const origin = new Map<string, CodeBlock>();
  for (const [index, block] of blocks.entries()) {
    const path = join(folder, `block-${index}.ts`);
    // The export makes each block a module, so that blocks do not share a scope.
    virtual.set(path, `${block.code}\nexport {};\n`);
    origin.set(path, block);
  }
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    { noUnusedLocals: false, noUnusedParameters: false },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (fault) =>
        expect.unreachable(ts.flattenDiagnosticMessageText(fault.messageText, ' ')),
    },
  );
  const options = { ...config?.options, noEmit: true };
  const host = ts.createCompilerHost(options);
  const disk = ts.createCompilerHost(options);
  host.fileExists = (path) => virtual.has(path) || disk.fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? disk.readFile(path);
  const folders = new Set([...virtual.keys()].map((path) => dirname(path)));
  host.directoryExists = (path) => folders.has(path) || (disk.directoryExists?.(path) ?? true);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const code = virtual.get(path);
    return code === undefined
      ? disk.getSourceFile(path, languageVersion, ...rest)
      : ts.createSourceFile(path, code, languageVersion);
  };
  const program = ts.createProgram([...virtual.keys()], options, host);
  // Only the blocks are checked: the source files that they import have a check of their own.
  return [...origin.keys()]
    .map((path) => program.getSourceFile(path))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, start = 0, messageText }) => {
      const block = file && origin.get(file.fileName);
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + (block?.line ?? 0);
      return `${block?.file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
}
