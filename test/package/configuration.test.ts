import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { configurationReference } from '../support/configuration-reference.js';
import { documentedOptions } from '../support/option-types.js';

const guide = join(import.meta.dirname, '../../docs/configuration.md');

it('docs/configuration.md is generated from the current types', async () => {
  const written = await format(configurationReference(), { ...(await resolveConfig(guide)), parser: 'markdown' });
  await expect(written).toMatchFileSnapshot(guide);
}, 60_000);

it('every option has a complete description', () => {
  // TypeScript ends a comment at a word that begins with "@", such as the name of a package.
  const incomplete = documentedOptions().flatMap(({ name, options }) =>
    options
      .filter(({ comment }) => !/[.)`}]$/.test(comment))
      .map((option) => `${name}.${option.name}: ${option.comment}`),
  );
  expect(incomplete).toEqual([]);
}, 60_000);
