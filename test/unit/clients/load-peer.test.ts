import { describe, expect, it } from 'vitest';
import { loadPeer } from '../../../src/clients/load-peer.js';
import { isHealthConfigurationError } from '../../../src/errors/configuration.error.js';

const load = (name: string, failure: unknown): Promise<unknown> =>
  loadPeer('ExampleIndicator("example")', name, () => Promise.reject(failure)).catch((error: unknown) => error);

const NAME: string = 'not-installed';
/** The error that Node throws. */
const missing = (): Promise<unknown> => import(NAME);

describe('an optional package', () => {
  it('is loaded when it is installed', async () => {
    const os = await loadPeer('ExampleIndicator("example")', 'node:os', () => import('node:os'));
    expect(os.EOL).toBe('\n');
  });

  it('is a configuration fault with the install command when it is not installed', async () => {
    const error = await loadPeer('ExampleIndicator("example")', 'not-installed', missing).catch(
      (thrown: unknown) => thrown,
    );
    expect(isHealthConfigurationError(error) && error.faults).toEqual([
      {
        place: 'ExampleIndicator("example")',
        problem: 'the package "not-installed" is not installed',
        remedy: 'run: npm install not-installed',
      },
    ]);
  });

  it('rejects with its own error when it is broken or lacks a dependency', async () => {
    const lacks = Object.assign(new Error("Cannot find package 'other' imported from x"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    expect(await load('example', lacks)).toBe(lacks);
    const broken = new SyntaxError("Unexpected token in 'example'");
    expect(await load('example', broken)).toBe(broken);
  });
});
