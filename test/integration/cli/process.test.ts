import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { listen, reports } from './support.js';

/** The published file: `npm test` builds it before the tests. */
const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

async function runBuilt(...line: string[]): Promise<{ exitCode: unknown; output: string }> {
  let output = '';
  const child = execFile(process.execPath, [CLI, ...line], { env: { PATH: process.env['PATH'] } });
  child.stdout?.on('data', (text: string) => (output += text));
  const [exitCode] = (await once(child, 'close')) as unknown[];
  return { exitCode, output };
}

describe('the built tool', () => {
  it('runs as a program and exits with the code of the check', async () => {
    const { url } = await listen(reports(200, { status: 'UP' }));

    expect(await runBuilt('check', '--url', url)).toEqual({
      exitCode: 0,
      output: expect.stringContaining('ready is UP'),
    });
    expect(await runBuilt('check', '--port', '1')).toMatchObject({ exitCode: 1 });
  });

  it('prints its version', async () => {
    expect((await runBuilt('--version')).output).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });
});
