/** Text that is HTML already. Only `html` and `raw` create it. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** Content of a template: texts are escaped, markup is not, undefined and false are empty. */
export type Content = string | number | Markup | readonly Content[] | undefined | false;

/** HTML with escaped contents, both in text and in quoted attributes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const between = withoutIndentation(parts);
  let text = between[0] ?? '';
  for (const [index, content] of contents.entries()) text += write(content) + (between[index + 1] ?? '');
  return new Markup(text);
}

const written = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Browsers ignore white space around these elements. */
const BLOCKS =
  /\s*(<\/?(?:[du]l|d[dt]|li|div|h[1-3]|p|t(?:able|head|body|[drh])|details|section|head(?:er)?)\b[^>]*>)\s*/g;

/** Removes the indentation of the source from the page. */
function withoutIndentation(parts: TemplateStringsArray): readonly string[] {
  let short = written.get(parts);
  if (!short) {
    short = parts.map((part) => part.replaceAll(BLOCKS, '$1').replaceAll(/\s*\n\s*/g, ' '));
    written.set(parts, short);
  }
  return short;
}

/** HTML without escaping: styles and scripts, in which browsers do not decode escapes. */
export const raw = (text: string): Markup => new Markup(text);

function write(content: Content): string {
  if (content instanceof Markup) return content.text;
  if (content === undefined || content === false) return '';
  if (typeof content === 'object') return content.map(write).join('');
  return escape(String(content));
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** Characters that reverse the direction of the text, and control characters. */
const MISLEADING = /\p{Bidi_Control}|(?![\n\r\t])\p{Cc}/gu;

function escape(text: string): string {
  return text.replace(MISLEADING, '\u{FFFD}').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** Shortens a text to a maximum length. */
export function clip(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
