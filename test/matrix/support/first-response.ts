import { spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** Starts an application with its generated `main` on a free port, and returns the JSON of its first response. */
export async function firstResponse(folder: string, node: string, file: string, path: string): Promise<unknown> {
  const port = String(await freePort());
  const server = spawn(node, [file], {
    cwd: folder,
    // The second application of a monorepo reads the variable in lower case.
    env: { ...process.env, PORT: port, port, NODE_ENV: undefined },
    stdio: 'ignore',
  });
  try {
    while (server.exitCode === null) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined);
      if (response) return await response.json();
      await pause(100);
    }
    throw new Error(`the application ended with ${server.exitCode}`);
  } finally {
    server.kill();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
