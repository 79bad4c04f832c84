import { blank, closingOf } from './blank.js';

/** The result of editing a `main.ts`: the hooks were enabled before, the form cannot be edited safely, or the new text. */
export type MainSource =
  { readonly kind: 'enabled' } | { readonly kind: 'unclear' } | { readonly kind: 'edited'; readonly text: string };

/** Adds `app.enableShutdownHooks()` after the line that creates the application, unless it is called already. */
export function enableShutdownHooks(text: string): MainSource {
  const blanked = blank(text);
  if (/\.\s*enableShutdownHooks\b/.test(blanked)) return { kind: 'enabled' };
  const [created, ...others] = [
    ...blanked.matchAll(/\b(?:const|let|var)\s+(\w+)[^=;]*=\s*await\s+NestFactory\s*\.\s*create\w*\s*(?:<[^(]*>)?\(/g),
  ];
  const close = created && closingOf(blanked, created.index + created[0].length - 1);
  if (!created || close === undefined || others.length > 0) return { kind: 'unclear' };
  const [statementEnd = '', semicolon = ''] = /^[ \t]*(;?)[^\r\n]*/.exec(blanked.slice(close + 1)) ?? [];
  // A file with more code on the line of the call, such as a second statement, is not edited.
  if (statementEnd.replace(';', '').trim() !== '') return { kind: 'unclear' };
  const at = close + 1 + statementEnd.length;
  const indent = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', created.index) + 1))?.[0] ?? '';
  const endOfLine = text.includes('\r\n') ? '\r\n' : '\n';
  const line = `${endOfLine}${indent}${created[1]}.enableShutdownHooks()${semicolon}`;
  return { kind: 'edited', text: `${text.slice(0, at)}${line}${text.slice(at)}` };
}
