import { maskCredentials } from './redact.js';

/** Characters of a message, a reason or a text in data. The rest is left out. */
export const LONGEST_TEXT = 1000;
/** Characters of a code. */
export const LONGEST_CODE = 100;

/** A text without its secrets and without what is beyond so many characters. The end of a shortened text says so. */
export function boundedText(text: string, longest = LONGEST_TEXT): string {
  // Beyond what is shown, because the end of a secret is what shows that it is one.
  const isLong = text.length > 4 * longest;
  const masked = maskCredentials(isLong ? text.slice(0, 4 * longest) : text);
  if (masked.length <= longest && !isLong) return masked;
  return `${detached(masked.slice(0, longest))}… (${text.length} characters)`;
}

/** A slice of a string keeps the whole string in memory: this copy does not. */
function detached(slice: string): string {
  const last = slice.charCodeAt(slice.length - 1);
  const whole = last >= 0xd800 && last <= 0xdbff ? slice.slice(0, -1) : slice;
  return Buffer.from(whole, 'utf16le').toString('utf16le');
}

/** Line breaks, control characters, and characters that reverse the direction of what follows. */
// eslint-disable-next-line no-control-regex -- these are what is looked for
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text as it is written to a log or a terminal: on one line, and without characters that control either. */
export function onOneLine(text: string): string {
  return text.replace(UNPRINTABLE, (sign) => NAMED[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
