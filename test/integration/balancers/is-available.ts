import { isInstalled } from '../../../bench/rolling-restart/balancers/private-process.mjs';

/**
 * Whether the program that the tests of a file need is installed. Without it the tests are skipped with a message. With
 * `CI=true` a missing program is an error. `isFound`: looks for the program elsewhere than in the PATH.
 */
export function isAvailable(program: string, isFound = (): boolean => isInstalled(program)): boolean {
  if (isFound()) return true;
  if (process.env['CI'] === 'true') throw new Error(`${program} is not installed, but these tests need it`);
  process.stderr.write(`${program} is not installed: skipped the tests that need it\n`);
  return false;
}
