import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { MemoryTree } from '../support/memory-tree.js';
import type { Rule } from '../../src/schematics/workspace.js';

interface Collection {
  readonly schematics: Readonly<Record<string, { readonly factory: string; readonly schema: string }>>;
}

/** The CLI finds them by a field of package.json and loads them with require(). */
it('the package has its schematics where the CLI expects them', () => {
  const require = createRequire(import.meta.url);
  const manifest = require.resolve('nest-vitals/package.json');
  const file = join(dirname(manifest), (require(manifest) as { readonly schematics: string }).schematics);
  const { schematics } = require(file) as Collection;
  expect(Object.keys(schematics)).toEqual(['nest-add', 'indicator']);
  for (const { factory, schema } of Object.values(schematics)) {
    const [path = '', name = ''] = factory.split('#');
    const { [name]: create } = require(join(dirname(file), path)) as Record<string, (options: object) => Rule>;
    const { properties } = require(join(dirname(file), schema)) as { readonly properties: object };
    expect(properties).toHaveProperty('sourceRoot');

    const tree = new MemoryTree({
      'src/app.module.ts': "import { Module } from '@nestjs/common';\n@Module({})\nclass A {}",
    });
    create?.({ name: 'database', sourceRoot: 'src' })(tree, tree.context);
    expect(tree.files['src/app.module.ts']).toContain('Health],');
  }
});
