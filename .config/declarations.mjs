import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = new URL('../dist', import.meta.url).pathname;

/** Copies the declarations for the CommonJS form, with the extension by which TypeScript recognises it. */
for (const name of readdirSync(folder, { recursive: true })) {
  if (!name.endsWith('.d.ts')) continue;
  const declarations = readFileSync(join(folder, name), 'utf8')
    .replaceAll(/(from |import\()'(\.[^']+)\.js'/g, "$1'$2.cjs'")
    .replace(/\n\/\/# sourceMappingURL=.+\n?$/, '\n');
  writeFileSync(join(folder, name.replace(/\.d\.ts$/, '.d.cts')), declarations);
}
