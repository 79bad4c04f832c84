/** Text after which a slash begins a regular expression. After any other text it is a division. */
const BEFORE_EXPRESSION = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\breturn|\btypeof)\s*$/;

/**
 * Replaces comments, and the content of strings, templates and regular expressions, with spaces. Every remaining bracket and
 * word is code, at the same position as in the source.
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

/** The end of the comment, string, template or regular expression that begins at `at`. Undefined: none begins there. */
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

/** The position of the bracket that closes the one at `open`, in a blanked source. Undefined: it is not closed. */
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
