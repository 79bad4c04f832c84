import { isInstalled } from '../../../bench/rolling-restart/balancers/private-process.mjs';

/**
 * Whether the program that the tests of a file need is installed. Without it the tests are skipped with a message. With
 * `CI=true` a missing program is an error.
 */
export function isAvailable(program: string): boolean {
  if (isInstalled(program)) return true;
  if (process.env['CI'] === 'true') throw new Error(`${program} is not installed, but these tests need it`);
  process.stderr.write(`${program} is not installed: skipped the tests that need it\n`);
  return false;
}
