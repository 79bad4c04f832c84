import { inspect } from 'node:util';
import type { INestApplication } from '@nestjs/common';
import { EnvironmentError } from './environment.js';

/** Runs a program. If it cannot start, it says why and ends: in one line where the environment is to blame. */
export async function run(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`\n${error instanceof EnvironmentError ? error.message : inspect(error)}\n\n`);
    process.exit(1);
  }
}

/** Listens on the loopback address, unless told otherwise: a sample is for the machine that it runs on. Resolves to its URL. */
export async function listen(
  app: INestApplication,
  port: number,
  variable: string,
  host = '127.0.0.1',
): Promise<string> {
  try {
    await app.listen(port, host);
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    throw isTaken ? new EnvironmentError(`Port ${port} is taken. Set ${variable} to another one.`, { cause }) : cause;
  }
  return app.getUrl();
}
