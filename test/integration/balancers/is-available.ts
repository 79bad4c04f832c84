import { isInstalled } from '../../../bench/rolling-restart/balancers/private-process.mjs';

/**
 * Whether the tests of a file can be run, which need a program that npm does not install. Where it is missing they are
 * left out, with a line that says so; but where a change is judged, that is a failure.
 */
export function isAvailable(program: string): boolean {
  if (isInstalled(program)) return true;
  if (process.env['CI'] === 'true') throw new Error(`${program} is not installed, and these tests need it`);
  process.stderr.write(`${program} is not installed: the tests that need it are left out\n`);
  return false;
}
