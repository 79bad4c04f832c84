import { inspect } from 'node:util';
import type { INestApplication } from '@nestjs/common';
import { EnvironmentError } from './environment.js';

/** Runs a program. If the start fails, prints the error and exits; an `EnvironmentError` is one line. */
export async function run(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`\n${error instanceof EnvironmentError ? error.message : inspect(error)}\n\n`);
    process.exit(1);
  }
}

/** Listens on the loopback address by default, because a sample is for one machine. Resolves to the URL. */
export async function listen(
  app: INestApplication,
  port: number,
  variable: string,
  host = '127.0.0.1',
): Promise<string> {
  try {
    await app.listen(port, host);
  } catch (cause) {
    const isInUse = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    throw isInUse ? new EnvironmentError(`Port ${port} is in use: set ${variable} to another port.`, { cause }) : cause;
  }
  return app.getUrl();
}
