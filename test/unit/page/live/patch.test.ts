import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patchOf, patched } from '../../../../src/page/live/patch.js';

const rowsOf = (names: readonly string[]): string =>
  `<ul>${names.map((name) => `<li>${name} ${'x'.repeat(100)}</li>`).join('')}</ul>`;
const names = Array.from({ length: 100 }, (_, index) => `pod-${index}`);

describe('patchOf', () => {
  it('sends a new or a short part as it is', () => {
    expect(patchOf(undefined, rowsOf(names))).toBe(rowsOf(names));
    expect(patchOf('<li>one</li>', '<li>two</li>')).toBe('<li>two</li>');
  });

  it('sends only the changed row of a hundred, wherever it moves', () => {
    const before = rowsOf(names);
    for (const after of [
      rowsOf(names.with(50, 'changed')),
      rowsOf(['changed', ...names.filter((name) => name !== 'pod-50')]),
      rowsOf(names.slice(1)),
    ]) {
      const patch = patchOf(before, after);
      expect(JSON.stringify(patch).length).toBeLessThan(200);
      expect(patched(before, patch)).toBe(after);
    }
  });

  it('sends the part if a patch would be longer', () => {
    const after = rowsOf(names.map((name) => `${name}!`));
    expect(patchOf(rowsOf(names), after)).toBe(after);
  });

  it('converts any text to any other text', () => {
    const texts = array(constantFrom('<li>a', '<li>b', '<tr>c', '<details>d', 'e', '<'), { maxLength: 300 });
    assert(
      property(texts, texts, (one, other) => {
        const [before, after] = [`${'y'.repeat(1000)}${one.join('')}`, `${'y'.repeat(1000)}${other.join('')}`];
        expect(patched(before, patchOf(before, after))).toBe(after);
      }),
    );
  });
});
