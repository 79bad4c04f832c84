import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { type ExpectedOutput, type Step, readGuide } from './support/guide.js';
import { run } from './support/run.js';

const root = new URL('../..', import.meta.url).pathname;
const steps = readGuide(join(root, 'docs/getting-started.md'));

/** A free port instead of each port of the guide. */
const ports = new Map<string, number>();
/** The processes in separate terminals, by the first word of the command. */
const terminals = new Map<string, ChildProcess>();
let folder = join(inject('folder'), 'getting-started');

beforeAll(async () => {
  await mkdir(folder);
  for (const port of ['3000', '3001']) ports.set(port, await freePort());
});

afterAll(() => {
  for (const program of terminals.keys()) interrupt(program, 'SIGKILL');
});

it('the getting-started guide has every kind of step', () => {
  const kinds = steps.map((step) => (step.kind === 'command' && step.output ? step.output.language : step.kind));
  expect(new Set(kinds)).toEqual(new Set(['command', 'file', 'json', 'http', 'text', 'interrupt']));
});

it.each(steps.map((step) => [`line ${step.line}`, summaryOf(step), step] as const))(
  'the getting-started guide works at %s: %s',
  async (_line, _summary, step) => {
    await expect(follow(step)).resolves.toBeUndefined();
  },
);

async function follow(step: Step): Promise<void> {
  if (step.kind === 'interrupt') interrupt(step.program, 'SIGINT');
  else if (step.kind === 'file') await write(step.path, step.code);
  else if (step.output) await expectOutput(step.command, step.output);
  else await execute(step.command);
}

/** A result is reused for a second, so a change is visible a second later. */
async function expectOutput(command: string, output: ExpectedOutput): Promise<void> {
  const expected = read(output, output.text);
  await vi.waitFor(async () => expect(read(output, await shell(command))).toEqual(expected), {
    timeout: 30_000,
    interval: 250,
  });
}

async function write(path: string, code: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), withFreePorts(code));
}

function summaryOf(step: Step): string {
  if (step.kind === 'command') return step.command;
  return step.kind === 'file' ? step.path : `Ctrl+C where ${step.program} runs`;
}

async function execute(command: string): Promise<void> {
  if (command.startsWith('cd ')) folder = join(folder, command.slice(3));
  else if (command.startsWith('npx @nestjs/cli ')) await createApplication(command.split(' ').slice(2));
  else if (command === 'npm install nest-vitals') await run(folder, 'npm', 'install', '--no-fund', inject('tarball'));
  else if (command.endsWith('npm start')) await open('npm', command, '3000');
  else if (command.startsWith('node -e')) await open('node', command, '3001');
  else await shell(command);
}

/** Uses the installed CLI. The next command of the guide installs the dependencies. */
async function createApplication(words: readonly string[]): Promise<void> {
  const cli = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  await run(folder, process.execPath, cli, ...words, '--skip-install', '--skip-git');
}

function shell(command: string): Promise<string> {
  return run(folder, 'sh', '-c', withFreePorts(command));
}

/** Starts a program in its own terminal, and waits until it listens. */
async function open(program: string, command: string, port: string): Promise<void> {
  await closed(program, port);
  const { PATH, HOME } = process.env;
  const child = spawn('sh', ['-c', withFreePorts(command)], {
    cwd: folder,
    env: { PATH, HOME, PORT: String(ports.get('3000')) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group, as in a terminal.
    detached: true,
  });
  terminals.set(program, child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const isOpen = async (): Promise<boolean> => {
    if (!isRunning(child)) throw new Error(`${command} has ended:\n${output}`);
    return isListening(port);
  };
  await expect.poll(isOpen, { timeout: 120_000, interval: 250 }).toBe(true);
}

/** A terminal runs the next command when the previous program has ended. */
async function closed(program: string, port: string): Promise<void> {
  const earlier = terminals.get(program);
  if (earlier && isRunning(earlier)) await once(earlier, 'exit');
  await expect.poll(() => isListening(port), { timeout: 30_000 }).toBe(false);
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Ctrl+C goes to all processes of a terminal. It does not wait: the guide requests an application that is shutting down. */
function interrupt(program: string, signal: NodeJS.Signals): void {
  const terminal = terminals.get(program);
  if (terminal?.pid !== undefined && isRunning(terminal)) process.kill(-terminal.pid, signal);
}

function isListening(port: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(ports.get(port) ?? 0, 'localhost', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function withFreePorts(text: string): string {
  return text.replace(/\b300[01]\b/g, (port) => String(ports.get(port)));
}

/** A response without times, durations and the headers of the server. */
function read({ language }: ExpectedOutput, text: string): unknown {
  if (language === 'text') return text.trim();
  if (language === 'json') return masked(JSON.parse(text));
  const [, head = '', body = ''] = /^([^]*?)\r?\n\r?\n([^]*)$/.exec(text) ?? [];
  const [status, ...headers] = head.split(/\r?\n/);
  return {
    status,
    headers: headers.filter((line) => !OF_THE_SERVER.test(line)).map(maskTimes),
    body: masked(JSON.parse(body)),
  };
}

const OF_THE_SERVER = /^(?:x-powered-by|date|connection|keep-alive|content-length):/i;
const DURATIONS = new Set(['response_time_ms', 'uptime_seconds']);

/** As text, so that the order of the properties is compared too. */
function masked(report: unknown): string {
  const mask = (key: string, value: unknown): unknown =>
    typeof value === 'string' ? maskTimes(value) : DURATIONS.has(key) ? typeof value : value;
  return JSON.stringify(report, mask, 2);
}

function maskTimes(text: string): string {
  return text.replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, '<time>');
}
