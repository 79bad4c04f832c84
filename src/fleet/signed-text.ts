import { createHmac, timingSafeEqual } from 'node:crypto';
import { isRecord } from '../core/is-record.js';

const SIGNATURE_LENGTH = 64;

/**
 * The value to write to a key: the key, a line break and the text. With a secret, it begins with a signature. The signature covers
 * the key, so that the value cannot be copied to another place, such as from one environment to another.
 */
export function writeSigned(key: string, text: string, secret: string | undefined): string {
  const whole = `${key}\n${text}`;
  return secret === undefined ? whole : `${signatureOf(whole, secret)}${whole}`;
}

/** The text of a value that was read from a key, or the reason why the value is refused. */
export function readSigned(
  key: string,
  value: string,
  secret: string | undefined,
): { readonly text: string } | { readonly because: string } {
  const whole = verified(value, secret);
  if (whole === undefined) return { because: 'it is not signed with the secret' };
  if (whole.startsWith(`${key}\n`)) return { text: whole.slice(key.length + 1) };
  return { because: whole.includes('\n') ? 'it was written for another key' : 'it does not name its key' };
}

/** The object of a value that was read from a key. A text is the reason why the value is refused. */
export function readSignedObject(
  key: string,
  value: string,
  secret: string | undefined,
): Readonly<Record<string, unknown>> | string {
  const read = readSigned(key, value, secret);
  if ('because' in read) return read.because;
  try {
    const given: unknown = JSON.parse(read.text);
    return isRecord(given) ? given : 'it is no object';
  } catch {
    return 'it is no JSON';
  }
}

/** The text without its signature. Undefined: the signature is wrong or missing. */
function verified(value: string, secret: string | undefined): string | undefined {
  if (secret === undefined) return value;
  const text = value.slice(SIGNATURE_LENGTH);
  const given = Buffer.from(value.slice(0, SIGNATURE_LENGTH));
  const expected = Buffer.from(signatureOf(text, secret));
  return given.length === expected.length && timingSafeEqual(given, expected) ? text : undefined;
}

function signatureOf(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
