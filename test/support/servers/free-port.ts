import { createServer } from 'node:net';

/** Below the range from which the system takes the ports of outgoing connections: a stopped server's port stays free. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
/** A server that needs further ports uses those after its own. */
const STEP = 4;
const TRIES = 50;

/**
 * A free port of the loopback address that the system does not assign by itself. This function does not return the three
 * ports after it to another caller.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = LOWEST + STEP * Math.floor((Math.random() * (HIGHEST - LOWEST)) / STEP);
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${LOWEST} to ${HIGHEST} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
