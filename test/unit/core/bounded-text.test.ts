import { describe, expect, it } from 'vitest';
import { boundedText, onOneLine } from '../../../src/core/bounded-text.js';

describe('boundedText', () => {
  it('does not change a short text', () => {
    expect(boundedText('connection refused')).toBe('connection refused');
    expect(boundedText('x'.repeat(1000))).toBe('x'.repeat(1000));
  });

  it('shortens a long text, and marks it as shortened', () => {
    expect(boundedText('x'.repeat(1001))).toBe(`${'x'.repeat(1000)}… (1001 characters)`);
    expect(boundedText('x'.repeat(10 << 20), 5)).toBe('xxxxx… (10485760 characters)');
  });

  it('does not cut a character in two', () => {
    expect(boundedText('ab😀', 3)).toBe('ab… (4 characters)');
  });

  it('masks a secret that ends beyond the shown part', () => {
    const text = `${'x'.repeat(980)} postgres://user:${'hunter2'.repeat(20)}@host`;
    expect(boundedText(text)).not.toContain('hunter2');
    expect(boundedText(`postgres://user:${'hunter2'.repeat(2000)}@host`)).not.toContain('hunter2');
  });
});

describe('onOneLine', () => {
  it('escapes line breaks, terminal control characters and marks of the text direction', () => {
    expect(onOneLine('a\nb\r\tc\u001b[2J\u0007\u009b\u2028\u202ed')).toBe(
      String.raw`a\nb\r\tc\u001b[2J\u0007\u009b\u2028\u202ed`,
    );
  });

  it('does not change other characters', () => {
    expect(onOneLine(String.raw`grün 😀 日本 \n`)).toBe(String.raw`grün 😀 日本 \n`);
  });
});
