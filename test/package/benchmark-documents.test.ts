import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { generatedParts, withParts } from '../../bench/documents.mjs';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
/** Without the widths of the columns and the lines, which the formatter chooses. */
const normalised = async (text: string): Promise<string> =>
  format(text, { parser: 'markdown', proseWrap: 'never', printWidth: 1000 });

describe('the figures of the benchmark', () => {
  const parts = generatedParts(JSON.parse(read('bench/results.json')) as object);

  it.each([
    ['README.md', ['summary']],
    ['docs/performance.md', ['machine', 'fastify', 'express', 'inProcess', 'peers', 'engine', 'facts', 'targets']],
  ])('in %s are those of bench/results.json', async (name, expected) => {
    const document = read(name);
    const names = [...document.matchAll(/<!-- benchmark: (\w+) -->/g)].map(([, part]) => part);
    expect(names).toEqual(expected);
    expect(await normalised(document)).toBe(await normalised(withParts(document, parts)));
  });
});
