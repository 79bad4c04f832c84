import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

/** Compiles the sample application with `nest build`. */
export function buildSample() {
  const manifest = createRequire(import.meta.url).resolve('@nestjs/cli/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'));
  const command = fileURLToPath(new URL(bin.nest, `file://${manifest}`));
  execFileSync(process.execPath, [command, 'build', '--config', 'nest-cli.json'], {
    cwd: fileURLToPath(ROOT),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}
