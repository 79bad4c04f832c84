import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { postgresqlFolder } from '../../../bench/shared-dependencies/postgresql.mjs';
import { build } from '../../../sample-app/test/build.js';
import { isAlive, treeOf } from '../../support/servers/process-tree.js';
import { isAvailable } from '../balancers/is-available.js';

const SCRIPT = fileURLToPath(new URL('../../../bench/fleet-demo/run.mjs', import.meta.url));
/** Milliseconds. Seven processes start, on a machine that may be busy. */
const LIMIT = 600_000;

/** The demo of the fleet, and every process that it has started. */
class Demo {
  output = '';
  readonly processes = new Set<number>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'fleet-demo-test-'));
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown[]>;

  constructor(...options: readonly string[]) {
    // PostgreSQL runs as another user, and has its folder inside.
    chmodSync(this.#folder, 0o755);
    this.#child = spawn(process.execPath, [SCRIPT, '--built', ...options], {
      env: { PATH: process.env['PATH'], TMPDIR: this.#folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        for (const pid of treeOf(this.#child.pid ?? 0)) this.processes.add(pid);
      });
    }
    this.#closed = once(this.#child, 'close');
    onTestFinished(() => {
      this.#child.kill('SIGKILL');
      for (const pid of this.processes) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  get files(): readonly string[] {
    return readdirSync(this.#folder);
  }

  get running(): readonly number[] {
    return [...this.processes].filter(isAlive);
  }

  interrupt(): void {
    this.#child.kill('SIGINT');
  }

  /** Resolves to the exit code. */
  async ended(): Promise<unknown> {
    return (await this.#closed)[0];
  }
}

/** The lines of the demo must contain these texts in this order. */
function expectInOrder(output: string, texts: readonly string[]): void {
  let from = 0;
  for (const text of texts) {
    const at = output.indexOf(text, from);
    expect(at, `"${text}" in this place of:\n${output}`).toBeGreaterThanOrEqual(from);
    from = at + text.length;
  }
}

const FIRST_STEPS = [
  'http://127.0.0.1:',
  'five instances of orders are ready',
  'orders-2 was killed',
  'orders-3 was frozen',
  'orders-4 restarted with version 1.5.0',
  'orders-2 and orders-3 are lost',
];

describe('npm run demo:fleet', () => {
  beforeAll(build, LIMIT);

  it.runIf(isAvailable('redis-server') && isAvailable('initdb', () => postgresqlFolder() !== undefined))(
    'takes the database away and gives it back, with Redis and PostgreSQL',
    async () => {
      const demo = new Demo('--short');
      expect([await demo.ended(), demo.output]).toEqual([0, expect.any(String)]);
      expectInOrder(demo.output, [
        'Redis, PostgreSQL,',
        ...FIRST_STEPS,
        'the database of all instances was frozen',
        'database fails at 3 of 3 instances',
        'the database continues',
        'the shared outage is over',
      ]);
      await vi.waitFor(() => expect([demo.running, demo.files]).toEqual([[], []]), LIMIT);
    },
    LIMIT,
  );

  it.runIf(isAvailable('nats-server'))(
    'stops payments instead, with NATS and without PostgreSQL',
    async () => {
      const demo = new Demo('--short', '--nats', '--payments');
      expect([await demo.ended(), demo.output]).toEqual([0, expect.any(String)]);
      expectInOrder(demo.output, [
        'NATS, five instances',
        ...FIRST_STEPS,
        'payments was stopped',
        'payments fails at 3 of 3 instances',
      ]);
      await vi.waitFor(() => expect([demo.running, demo.files]).toEqual([[], []]), LIMIT);
    },
    LIMIT,
  );

  it.runIf(isAvailable('redis-server') && isAvailable('initdb', () => postgresqlFolder() !== undefined))(
    'leaves no process and no file after Ctrl-C during the outage',
    async () => {
      const demo = new Demo();
      await vi.waitFor(() => expect(demo.output).toContain('database fails at 3 of 3 instances'), LIMIT);
      expect(demo.processes.size).toBeGreaterThan(7);
      demo.interrupt();
      expect(await demo.ended()).toBe(0);
      await vi.waitFor(() => expect([demo.running, demo.files]).toEqual([[], []]), LIMIT);
    },
    LIMIT,
  );
});
