import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('../../../../src/management/watchdog/worker/direct-log.ts', import.meta.url));

async function written(line: string): Promise<string> {
  const bundle = await rolldown({ input: SOURCE, platform: 'node' });
  const { output } = await bundle.generate({ format: 'cjs' });
  const code = `${output[0].code}\nexports.directLog('text')(${JSON.stringify(line)});`;
  return spawnSync(process.execPath, ['--eval', code], { encoding: 'utf8' }).stderr;
}

it('the log of the thread writes one line to stderr, with control characters escaped', async () => {
  expect(await written('in \u001B[31mred\n2026 forged')).toMatch(
    /^\[Nest\] \d+ {2}- .+ {5}WARN \[Health\] in \\u001b\[31mred\\n2026 forged\n$/,
  );
});
