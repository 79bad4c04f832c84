import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';

/** The published file: `npm test` builds it before the tests. */
export const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
const SOON = { timeout: 30_000, interval: 50 };

export interface SpawnOptions {
  readonly cwd?: string;
  readonly file?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The built tool in its own process, which ends with the test. */
export class BuiltCli {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;
  output = '';
  errors = '';

  constructor(line: readonly string[], { cwd, file = CLI, environment }: SpawnOptions = {}) {
    this.#child = spawn(process.execPath, [file, ...line], { cwd, env: { PATH: process.env['PATH'], ...environment } });
    this.#child.stdout?.on('data', (text: Buffer) => (this.output += text.toString()));
    this.#child.stderr?.on('data', (text: Buffer) => (this.errors += text.toString()));
    this.#closed = once(this.#child, 'close');
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  /** The address of the page, as the tool prints it. */
  async url(): Promise<string> {
    await vi.waitUntil(() => this.output.includes('http:'), SOON);
    return /http:\S+/.exec(this.output)?.[0] ?? '';
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves to the exit code, or to the signal that ended the process. */
  async exit(): Promise<unknown> {
    const [code, signal] = await this.#closed;
    return code ?? signal;
  }
}
