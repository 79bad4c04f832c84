/** A text that is HTML already. Only the tag `html` makes one. */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: texts are escaped, markup is not, and what is missing is nothing. */
export type Content = string | number | Markup | readonly Content[] | undefined | false;

/** HTML with everything that is put into it escaped, in texts and in quoted attributes alike. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const between = withoutIndentation(parts);
  let text = between[0] ?? '';
  for (const [index, content] of contents.entries()) text += write(content) + (between[index + 1] ?? '');
  return new Markup(text);
}

const written = new WeakMap<TemplateStringsArray, readonly string[]>();

/** Spaces beside these are never seen. */
const BLOCKS =
  /\s*(<\/?(?:[du]l|d[dt]|li|div|h[1-3]|p|t(?:able|head|body|[drh])|details|section|head(?:er)?)\b[^>]*>)\s*/g;

/** The source is laid out for reading, the page is not. */
function withoutIndentation(parts: TemplateStringsArray): readonly string[] {
  let short = written.get(parts);
  if (!short) {
    short = parts.map((part) => part.replaceAll(BLOCKS, '$1').replaceAll(/\s*\n\s*/g, ' '));
    written.set(parts, short);
  }
  return short;
}

/** HTML that is written in the source as it is: styles and scripts, where an escape would mean itself. */
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
/** They would turn around what stands beside them, or are no text at all. */
const MISLEADING = /\p{Bidi_Control}|(?![\n\r\t])\p{Cc}/gu;

function escape(text: string): string {
  return text.replace(MISLEADING, '\u{FFFD}').replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}

/** The beginning of a text that is longer than the page has room for. */
export function clip(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
