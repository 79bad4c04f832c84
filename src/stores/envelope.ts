/**
 * The format of entries in stores that do not expire single keys: the lifetime is written before the value, and each watch counts
 * it by its own clock. An entry without a lifetime does not expire. A value that begins with the mark is escaped.
 */
const MARK = '~';
const FORM = /^~(\d*):/;

/** `expiresIn`: milliseconds. Undefined: the entry does not expire. */
export function wrap(value: string, expiresIn: number | undefined): string {
  if (expiresIn !== undefined) return `${MARK}${expiresIn}:${value}`;
  return value.startsWith(MARK) ? `${MARK}:${value}` : value;
}

export function unwrap(text: string): { readonly value: string; readonly expiresIn: number | undefined } {
  const form = FORM.exec(text);
  if (!form) return { value: text, expiresIn: undefined };
  const [mark, digits] = form;
  return { value: text.slice(mark.length), expiresIn: digits === '' ? undefined : Number(digits) };
}
