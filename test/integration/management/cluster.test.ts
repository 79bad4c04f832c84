import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../../support/servers/free-port.js';

const PROGRAM = fileURLToPath(new URL('cluster.mjs', import.meta.url));

it('the management port is a separate port for each worker of node:cluster, and closes with the worker', async () => {
  const port = await freePort();
  const primary = fork(PROGRAM, [String(port)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  onTestFinished(() => void primary.kill('SIGKILL'));
  const exited = new Promise((resolve) => primary.once('exit', resolve));
  const statuses = (): Promise<number[]> =>
    Promise.all([1, 2].map(async (worker) => (await fetch(`http://127.0.0.1:${port + worker}/health/ready`)).status));
  await vi.waitFor(async () => expect(await statuses()).toEqual([200, 200]), { timeout: 40_000, interval: 100 });
  primary.kill('SIGTERM');
  await exited;
  await expect(statuses()).rejects.toThrow('fetch failed');
});
