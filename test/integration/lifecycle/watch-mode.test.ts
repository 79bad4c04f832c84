import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { compileApplication } from '../../support/process-application/compile.js';
import { freePort } from '../../support/servers/free-port.js';

const PATIENCE = 120_000;
const CLI = createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');

const main = (version: number, port: number): string => `// @ts-nocheck
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthModule } from 'nest-vitals';

@Controller()
class VersionController {
  @Get('version')
  version() {
    return '${version}';
  }
}

@Module({ imports: [HealthModule.forRoot()], controllers: [VersionController] })
class AppModule {}

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(${port}, '127.0.0.1');
`;

/** A project inside the folder of the compiled library, which resolves \`nest-vitals\` by its name. */
function createProject(port: number): string {
  const folder = mkdtempSync(join(dirname(dirname(compileApplication(12))), 'watched-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/main.ts'), main(1, port));
  writeFileSync(join(folder, 'nest-cli.json'), JSON.stringify({ sourceRoot: 'src' }));
  const compilerOptions = {
    target: 'ES2022',
    module: 'NodeNext',
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    skipLibCheck: true,
    types: [],
    outDir: 'dist',
    rootDir: 'src',
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  return folder;
}

function startCli(folder: string): { readonly child: ChildProcess; readonly output: () => string } {
  // NODE_ENV is not set, so the watch mode itself must be recognised.
  const { NODE_ENV: _environment, npm_lifecycle_script: _script, ...env } = process.env;
  const child = spawn(process.execPath, [CLI, 'start', '--watch'], { cwd: folder, env, detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (output += part.toString()));
  onTestFinished(() => {
    // The process group: the CLI, the shell and the application.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  });
  return { child, output: () => output };
}

const textOf = async (port: number, path: string): Promise<string | undefined> =>
  fetch(`http://127.0.0.1:${port}${path}`).then(
    (response) => response.text(),
    () => undefined,
  );

it(
  'nest start --watch restarts while a client polls readiness, and the new process serves',
  async () => {
    const port = await freePort();
    const folder = createProject(port);
    const { output } = startCli(folder);
    const serves = async (version: number): Promise<void> =>
      vi.waitFor(
        async () =>
          expect({ version: await textOf(port, '/version'), output: output() }).toMatchObject({
            version: String(version),
          }),
        {
          timeout: PATIENCE / 3,
          interval: 100,
        },
      );
    await serves(1);
    let polled = 0;
    const poller = setInterval(() => {
      void textOf(port, '/health/ready').then((text) => {
        if (text?.includes('"UP"')) polled += 1;
      });
    }, 2000);
    onTestFinished(() => clearInterval(poller));
    await vi.waitFor(() => expect(polled).toBeGreaterThan(3), { timeout: PATIENCE / 6 });

    writeFileSync(join(folder, 'src/main.ts'), main(2, port));
    await serves(2);
    expect(output()).not.toContain('EADDRINUSE');
  },
  PATIENCE,
);
