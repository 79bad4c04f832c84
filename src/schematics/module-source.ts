import { blank, closingOf } from './blank.js';

/** The source of a file with one Nest module. */
export interface ModuleSource {
  readonly text: string;
  readonly blanked: string;
  /** The braces of the object in `@Module({ … })`. */
  readonly open: number;
  readonly close: number;
}

interface Edit {
  readonly at: number;
  readonly insert: string;
}

/** Finds the module of a file. Undefined: the file has no module, several, or one of another form. */
export function readModule(text: string): ModuleSource | undefined {
  const blanked = blank(text);
  const [first, ...others] = [...blanked.matchAll(/@Module\s*\(\s*\{/g)];
  if (!first || others.length > 0) return undefined;
  const open = first.index + first[0].length - 1;
  const close = closingOf(blanked, open);
  return close === undefined ? undefined : { text, blanked, open, close };
}

/** Whether a list in `@Module({ … })` contains the name. */
export function lists(module: ModuleSource, property: 'imports' | 'providers', name: string): boolean {
  const list = listOf(module, property);
  return typeof list === 'object' && new RegExp(`\\b${name}\\b`).test(module.blanked.slice(list.open, list.close));
}

/** Whether the code contains the word. */
export function mentions({ blanked }: ModuleSource, name: string): boolean {
  return new RegExp(`\\b${name}\\b`).test(blanked);
}

/** Whether the file imports the name from the package, also with `as`. */
export function imports({ text, blanked }: ModuleSource, name: string, from: string): boolean {
  return importsOf(blanked).some(({ index, 0: { length } }) => {
    const statement = text.slice(index, index + length);
    return new RegExp(`\\b${name}\\b[^]*['"]${from}['"]`).test(statement);
  });
}

/** Adds an element to a list in `@Module({ … })`, and its import. Undefined: the list has a form that cannot be edited safely. */
export function addElement(
  module: ModuleSource,
  property: 'imports' | 'providers',
  element: string,
  imported: { readonly name: string; readonly from: string },
): string | undefined {
  const list = listOf(module, property);
  if (list === 'unclear') return undefined;
  const edits = list === 'missing' ? [newList(module, property, element)] : newElement(module, list, element);
  const line = importLine(module, imported);
  return line ? apply(module.text, [line, ...edits]) : undefined;
}

interface List {
  readonly open: number;
  readonly close: number;
}

function listOf({ text, blanked, open, close }: ModuleSource, property: string): List | 'missing' | 'unclear' {
  let isSpread = false;
  for (const { start, end } of parts(blanked, open, close)) {
    // The blanked source keeps the quotes of a key, but not its letters.
    const key = /^\s*(?:(['"])(\w+)\1|(\w+))\s*(:?)/.exec(
      text.slice(start + leadingComments(text, blanked, start), end),
    );
    if (blanked.slice(start, end).trim().startsWith('...')) isSpread = true;
    if (!key || (key[2] ?? key[3]) !== property) continue;
    const value = blanked.indexOf(':', start) + 1;
    const bracket = value + blanked.slice(value, end).search(/\S|$/);
    if (key[4] !== ':' || blanked[bracket] !== '[') return 'unclear';
    const closing = closingOf(blanked, bracket);
    if (closing === undefined || blanked.slice(closing + 1, end).trim() !== '') return 'unclear';
    return { open: bracket, close: closing };
  }
  // An object that is spread may contain the list.
  return isSpread ? 'unclear' : 'missing';
}

/** The length of the comments and spaces before the code of a part. */
function leadingComments(text: string, blanked: string, start: number): number {
  let at = start;
  while (at < text.length && (/\s/.test(text[at] ?? '') || blanked[at] === ' ')) at += 1;
  return at - start;
}

/** The parts of an object between its commas. */
function parts(blanked: string, open: number, close: number): { readonly start: number; readonly end: number }[] {
  const found: { start: number; end: number }[] = [];
  let start = open + 1;
  for (let at = start; at <= close; at += 1) {
    if (at === close || blanked[at] === ',') {
      if (blanked.slice(start, at).trim() !== '') found.push({ start, end: at });
      start = at + 1;
    } else if ('([{'.includes(blanked[at] ?? '')) at = closingOf(blanked, at) ?? close;
  }
  return found;
}

function newList({ text, blanked, open, close }: ModuleSource, property: string, element: string): Edit {
  const entry = `${property}: [${element}]`;
  const [first] = parts(blanked, open, close);
  const inside = text.slice(open + 1, close);
  if (first && !inside.includes('\n')) return { at: open + 1, insert: ` ${entry},${/^\s/.test(inside) ? '' : ' '}` };
  const indent = first
    ? indentAt(text, first.start + leadingComments(text, blanked, first.start))
    : `${indentAt(text, open)}${unitOf(text)}`;
  const end = first || inside.includes('\n') ? '' : `${endOfLine(text)}${indentAt(text, open)}`;
  return { at: open + 1, insert: `${endOfLine(text)}${indent}${entry},${end}` };
}

function newElement({ text, blanked }: ModuleSource, list: List, element: string): Edit[] {
  const inside = blanked.slice(list.open + 1, list.close);
  const last = list.open + 1 + inside.trimEnd().length - 1;
  const isEmpty = inside.trim() === '';
  const hasComma = blanked[last] === ',';
  const lineStart = text.lastIndexOf('\n', list.close - 1) + 1;
  const closesOnItsOwnLine = lineStart > list.open && text.slice(lineStart, list.close).trim() === '';
  if (!closesOnItsOwnLine) {
    if (isEmpty) return [{ at: list.close, insert: element }];
    return [{ at: last + 1, insert: hasComma ? ` ${element}` : `, ${element}` }];
  }
  const firstCode = list.open + 1 + inside.search(/\S|$/);
  const isOnLineOfBracket = !text.slice(list.open, firstCode).includes('\n');
  const indent =
    isEmpty || isOnLineOfBracket ? `${indentAt(text, list.close)}${unitOf(text)}` : indentAt(text, firstCode);
  const trailing = isEmpty || hasComma ? ',' : '';
  // Before the line of the bracket, so that a comment after the last element stays beside it.
  const line = { at: lineStart, insert: `${indent}${element}${trailing}${endOfLine(text)}` };
  return isEmpty || hasComma ? [line] : [{ at: last + 1, insert: ',' }, line];
}

/** An import after the last one, with the same quotes and semicolon. Undefined: the file has no imports. */
function importLine(
  { text, blanked }: ModuleSource,
  { name, from }: { readonly name: string; readonly from: string },
): Edit | undefined {
  const last = importsOf(blanked).at(-1);
  if (!last) return undefined;
  const [statement, quote = "'", semicolon = ''] = last;
  // A comment after the statement stays beside it.
  const at = last.index + statement.length + text.slice(last.index + statement.length).search(/\r?\n|$/);
  return { at, insert: `${endOfLine(text)}import { ${name} } from ${quote}${from}${quote}${semicolon}` };
}

function importsOf(blanked: string): RegExpExecArray[] {
  return [...blanked.matchAll(/^import\b[^;'"]*(['"])[ \t]*\1[^;\r\n]*(;?)/gm)];
}

function apply(text: string, edits: readonly Edit[]): string {
  return edits
    .toSorted((one, other) => other.at - one.at)
    .reduce((edited, { at, insert }) => `${edited.slice(0, at)}${insert}${edited.slice(at)}`, text);
}

function indentAt(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** One level of indentation, taken from the first indented line. */
function unitOf(text: string): string {
  return /^(?:\t| {2,8})(?=\S)/m.exec(text)?.[0] ?? '  ';
}

function endOfLine(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
