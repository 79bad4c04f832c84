import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { clip, html, raw } from '../../../src/page/html.js';

it('the html template escapes every inserted value except markup', () => {
  const hostile = `<script>"a" & 'b'</script>`;
  expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
    '<p title="&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;">&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;</p>',
  );
  expect(html`<p>${html`<b>${'<'}</b>`}${raw('<i>')}${[hostile[0], [1]]}</p>`.text).toBe('<p><b>&lt;</b><i>&lt;1</p>');
});

it('the html template writes nothing for a missing value', () => {
  expect(html`<p>${undefined}${false}${0}${''}</p>`.text).toBe('<p>0</p>');
});

it('the html template escapes a text so that it cannot change the markup beside it', () => {
  const text = 'a\u202Eb\u2066c\u200Fd\u0000e\u001Bf\u0085g\nh\ti';
  expect(html`${text}`.text).toBe('a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}e\u{FFFD}f\u{FFFD}g\nh\ti');
});

it('the html template escapes text in elements and attributes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(html`${text}`.text).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
    }),
  );
});

it('the html template omits the indentation of the source, and keeps visible spaces', () => {
  expect(
    html`<ul>
      <li><b>a</b> <i>b</i></li>
      <li>
        ${'c'}
        <i>d</i>
      </li>
    </ul>`.text,
  ).toBe('<ul><li><b>a</b> <i>b</i></li><li>c <i>d</i></li></ul>');
});

it('the html template shortens a long text', () => {
  expect([clip('abc', 3), clip('abcd', 3)]).toEqual(['abc', 'ab…']);
});
