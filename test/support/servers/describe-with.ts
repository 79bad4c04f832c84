import { afterAll, beforeAll, describe, expect } from 'vitest';
import { PrivateServer, type ServerKind } from './private-server.js';
import { missingProgram } from './programs.js';

/** Longer than any server takes to start. */
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
    let running: PrivateServer | undefined;
    beforeAll(async () => {
      if (missing !== undefined) expect.fail(`${kind.name} cannot be started: ${missing} is not installed`);
      running = await PrivateServer.start(kind);
    }, PATIENCE);
    afterAll(async () => running?.stop(), PATIENCE);
    tests(() => {
      if (!running) throw new Error(`${kind.name} has not started`);
      return running;
    });
  });
}
