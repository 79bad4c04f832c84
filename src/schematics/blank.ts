/** What a slash can follow that begins a regular expression. After anything else it divides. */
const BEFORE_EXPRESSION = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\breturn|\btypeof)\s*$/;

/**
 * The source with spaces in place of all comments and of what is inside of strings, templates and regular expressions:
 * what is left has brackets and words where the code has them, at the same places.
 */
export function blank(source: string): string {
  let blanked = '';
  let at = 0;
  while (at < source.length) {
    const end = endOfOpaque(source, at, blanked);
    if (end === undefined) {
      blanked += source[at];
      at += 1;
      continue;
    }
    const piece = source.slice(at, end);
    blanked += isComment(piece) ? spaces(piece) : `${piece[0]}${spaces(piece.slice(1, -1))}${piece.slice(1).slice(-1)}`;
    at = end;
  }
  return blanked;
}

function isComment(piece: string): boolean {
  return piece.startsWith('//') || piece.startsWith('/*');
}

function spaces(text: string): string {
  return text.replaceAll(/[^\r\n]/g, ' ');
}

/** Where the comment, string, template or regular expression ends that begins here. Undefined: none does. */
function endOfOpaque(source: string, at: number, before: string): number | undefined {
  const two = source.slice(at, at + 2);
  if (two === '//') return endOf(source, at, /\r?\n|$/g, 0);
  if (two === '/*') return endOf(source, at + 2, /\*\/|$/g);
  const one = source[at];
  if (one === "'") return endOf(source, at + 1, /(?<!\\)(?:\\\\)*(?:'|$)/gm);
  if (one === '"') return endOf(source, at + 1, /(?<!\\)(?:\\\\)*(?:"|$)/gm);
  if (one === '`') return endOf(source, at + 1, /(?<!\\)(?:\\\\)*(?:`|$)/g);
  if (one !== '/' || !BEFORE_EXPRESSION.test(before.slice(-80))) return undefined;
  const expression = /\/(?:\\.|\[(?:\\.|[^\]\\\r\n])*\]|[^/\\[\r\n])+\//y;
  expression.lastIndex = at;
  return expression.test(source) ? expression.lastIndex : undefined;
}

function endOf(source: string, from: number, end: RegExp, keep = 1): number {
  end.lastIndex = from;
  const match = end.exec(source);
  if (!match) return source.length;
  return keep === 0 ? match.index : match.index + match[0].length;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Where the bracket is closed that is opened at this place of a blanked source. Undefined: nowhere. */
export function closingOf(blanked: string, open: number): number | undefined {
  const expected: string[] = [];
  for (let at = open; at < blanked.length; at += 1) {
    const character = blanked[at] ?? '';
    const closing = CLOSING[character];
    if (closing !== undefined) expected.push(closing);
    else if (')]}'.includes(character)) {
      if (expected.pop() !== character) return undefined;
      if (expected.length === 0) return at;
    }
  }
  return undefined;
}
