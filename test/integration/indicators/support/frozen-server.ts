import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { freezeTree, thawTree } from '../../../support/servers/process-tree.js';

const PROGRAM = `
  const server = require('node:http').createServer((request, response) => response.end('fine'));
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

export interface FreezableServer {
  readonly origin: string;
  freeze(): void;
  thaw(): void;
}

/** An HTTP server in a separate process, which the test can stop at any moment. */
export async function startFreezableServer(): Promise<FreezableServer> {
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    origin: `http://127.0.0.1:${port}`,
    freeze: () => void freezeTree(pidOf(child)),
    thaw: () => thawTree(pidOf(child)),
  };
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the server has not started');
  return pid;
}
