import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildApplication, removeApplication } from '../../../support/watchdog/stalled-process.js';

let folder: string;
beforeAll(async () => {
  folder = await buildApplication();
});
afterAll(() => removeApplication(folder));

it('the watchdog takes less than 50 ms for a capture, and retains no memory after 1,000 captures', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(folder, 'captures.js')], {
    timeout: 90_000,
  });
  const { captures, withFrames, median, growth, scripts } = JSON.parse(stdout) as Record<string, number>;
  expect(scripts).toBe(3000);
  // On a busy machine a few captures may exceed their time limit.
  expect(withFrames).toBeGreaterThan((captures ?? 0) * 0.95);
  expect(median).toBeLessThan(50);
  expect(growth).toBeLessThan(30 * 1024 * 1024);
  expect(stderr).toBe('');
}, 100_000);
