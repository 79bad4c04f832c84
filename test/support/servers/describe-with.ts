import { afterAll, beforeAll, describe, expect } from 'vitest';
import { PrivateServer, type ServerKind } from './private-server.js';
import { missingProgram } from './programs.js';

/** Milliseconds. Longer than any server needs to start. */
const PATIENCE = 300_000;

/**
 * Runs tests against a private server, which is started before and stopped after them. A machine without the program
 * skips the tests and says so; with `CI=true` they fail.
 */
export function describeWith(kind: ServerKind, title: string, tests: (server: () => PrivateServer) => void): void {
  const missing = missingProgram(kind.programs);
  const mustRun = missing === undefined || process.env['CI'] === 'true';
  if (!mustRun) process.stderr.write(`skipped: ${title}, because ${missing} is not installed\n`);
  describe.runIf(mustRun)(`${title}, against a private ${kind.name}`, () => {
    tests(
      useServer(() => {
        if (missing !== undefined) expect.fail(`${kind.name} cannot be started: ${missing} is not installed`);
        return kind;
      }),
    );
  });
}

/** Starts a private server before the tests of this block, and stops it after them. `kind` is called then, and can use a server that has started. */
export function useServer(kind: () => ServerKind): () => PrivateServer {
  let running: PrivateServer | undefined;
  beforeAll(async () => {
    running = await PrivateServer.start(kind());
  }, PATIENCE);
  afterAll(async () => running?.stop(), PATIENCE);
  return () => {
    if (!running) throw new Error('the private server has not started');
    return running;
  };
}
