import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { codeBlocks } from '../support/code-blocks.js';

const root = join(import.meta.dirname, '../..');
const guide = join(root, 'docs/writing-an-integration.md');

it.each(['src/integrations/pg/pg.indicator.ts', 'src/integrations/pg/ping.ts', 'test/integration/pg/faults.test.ts'])(
  'the guide to integrations shows the current text of %s',
  (file) => {
    expect(readFileSync(guide, 'utf8')).toContain(`\`${file}\``);
    expect(codeBlocks(guide, 'typescript').map(({ code }) => code)).toContain(readFileSync(join(root, file), 'utf8'));
  },
);
