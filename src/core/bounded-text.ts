import { maskCredentials } from './redact.js';

/** The greatest length of a message, a reason or a text in data, in characters. The rest is left out. */
export const LONGEST_TEXT = 1000;
/** The greatest length of a code, in characters. */
export const LONGEST_CODE = 100;

/** The text with its secrets masked, shortened to `longest` characters. A shortened text ends with its original length. */
export function boundedText(text: string, longest = LONGEST_TEXT): string {
  // Four times the shown length is searched, because a secret can be recognised only by its end.
  const isLong = text.length > 4 * longest;
  const masked = maskCredentials(isLong ? text.slice(0, 4 * longest) : text);
  if (masked.length <= longest && !isLong) return masked;
  return `${detached(masked.slice(0, longest))}… (${text.length} characters)`;
}

/** A copy of the slice. A slice itself would keep the whole string in memory. */
function detached(slice: string): string {
  const last = slice.charCodeAt(slice.length - 1);
  const whole = last >= 0xd800 && last <= 0xdbff ? slice.slice(0, -1) : slice;
  return Buffer.from(whole, 'utf16le').toString('utf16le');
}

/** Line breaks, control characters, and characters that change the direction of the text. */
// eslint-disable-next-line no-control-regex -- the pattern searches for control characters
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The text for a log or a terminal: on one line, with control characters escaped. */
export function onOneLine(text: string): string {
  return text.replace(UNPRINTABLE, (sign) => NAMED[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
