import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it, onTestFinished, vi } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
/** Headers that node:http and Express add. The README leaves them out. */
const OF_THE_SERVER: ReadonlySet<string> = new Set([
  'x-powered-by',
  'date',
  'connection',
  'keep-alive',
  'content-length',
]);

it('the README shows a program with its exact response', { timeout: 60_000 }, async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, program = ''] = /```ts\n(\/\/ main\.ts\n[^]*?)```/.exec(readme) ?? [];
  const [, statusLine = '', headers = '', json = ''] =
    /```\n(HTTP\/1\.1 .*)\n([^]*?)\n\n([^]*?)\n```/.exec(readme) ?? [];
  const [port, closedPort] = await freePorts();
  await start(program.replaceAll('3001', String(closedPort)).replaceAll('3000', String(port)));

  const response = await vi.waitFor(() => fetch(`http://127.0.0.1:${port}/health/deep`), 30_000);

  expect(`HTTP/1.1 ${response.status} ${response.statusText}`).toBe(statusLine);
  const sent = [...response.headers].filter(([name]) => !OF_THE_SERVER.has(name));
  expect(masked(sent.map((header) => header.join(': ')).toSorted())).toEqual(masked(headers.split('\n').toSorted()));
  expect(masked(await response.json())).toEqual(masked(JSON.parse(json)));
  const live = await fetch(`http://127.0.0.1:${port}/health/live`);
  expect(live.status).toBe(200);
});

/** Compiles the program and runs it with the built package, in a folder from which `nest-vitals` resolves to it. */
async function start(program: string): Promise<void> {
  const folder = await mkdtemp(join(root, 'test/package/readme-'));
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2023,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  });
  await writeFile(join(folder, 'main.mjs'), outputText);
  const { PATH } = process.env;
  const child: ChildProcess = execFile(process.execPath, [join(folder, 'main.mjs')], { env: { PATH } });
  onTestFinished(async () => {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    await rm(folder, { recursive: true });
  });
}

async function freePorts(): Promise<readonly number[]> {
  const servers = [createServer().listen(0, '127.0.0.1'), createServer().listen(0, '127.0.0.1')];
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}

const VARYING: ReadonlySet<string> = new Set(['response_time_ms', 'uptime_seconds']);

/** The value without times and durations. */
function masked(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, part: unknown) => {
    if (typeof part === 'string') return part.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, 'a time');
    return VARYING.has(key) ? typeof part : part;
  });
}
