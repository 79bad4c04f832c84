import { describe, expect, it } from 'vitest';
import { loadPeer } from '../../../src/clients/load-peer.js';
import { isHealthConfigurationError } from '../../../src/errors/configuration.error.js';

const load = (name: string, failure: unknown): Promise<unknown> =>
  loadPeer('ExampleIndicator("example")', name, () => Promise.reject(failure)).catch((error: unknown) => error);

const NAME: string = 'not-installed';
/** What Node really throws. */
const missing = (): Promise<unknown> => import(NAME);

describe('an optional package', () => {
  it('is loaded when it is there', async () => {
    const os = await loadPeer('ExampleIndicator("example")', 'node:os', () => import('node:os'));
    expect(os.EOL).toBe('\n');
  });

  it('that is not installed is a fault, with the command that installs it', async () => {
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

  it('that lacks a package of its own, or is broken, fails as it does', async () => {
    const lacks = Object.assign(new Error("Cannot find package 'other' imported from x"), {
      code: 'ERR_MODULE_NOT_FOUND',
    });
    expect(await load('example', lacks)).toBe(lacks);
    const broken = new SyntaxError("Unexpected token in 'example'");
    expect(await load('example', broken)).toBe(broken);
  });
});
