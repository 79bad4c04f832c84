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

/** The text of a value, or the reason why the value is refused. */
export type SignedText = { readonly text: string } | { readonly because: string };

/** Reads the value of a key. */
export function readSigned(key: string, value: string, secret: string | undefined): SignedText {
  const whole = verified(value, secret);
  if (whole === undefined) return { because: 'it is not signed with the secret' };
  if (whole.startsWith(`${key}\n`)) return { text: whole.slice(key.length + 1) };
  return { because: whole.includes('\n') ? 'it was written for another key' : 'it does not name its key' };
}

/** The object that a text contains. A text is the reason why the value is refused. */
export function objectIn(read: SignedText): Readonly<Record<string, unknown>> | string {
  if ('because' in read) return read.because;
  try {
    const given: unknown = JSON.parse(read.text);
    return isRecord(given) ? given : 'it is not an object';
  } catch {
    return 'it is not JSON';
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

/** The most values that were found to be genuine and are not read yet. */
const MOST_UNREAD = 20_000;

/** The values of one collection. The signature of each is verified once, although the store calls `trusts()` first. */
export class SignedValues {
  readonly #secret: string | undefined;
  readonly #unread = new Map<string, { readonly value: string; readonly read: SignedText }>();

  constructor(secret: string | undefined) {
    this.#secret = secret;
  }

  /** For `trusts` of a `StoreObserver`. */
  isGenuine(key: string, value: string): boolean {
    const read = readSigned(key, value, this.#secret);
    if ('because' in read) return false;
    // Without a secret there is no signature, and the value is as quickly read again.
    if (this.#secret === undefined) return true;
    // A store ignores entries beyond its limits, which are never read.
    if (this.#unread.size >= MOST_UNREAD) this.#unread.clear();
    this.#unread.set(key, { value, read });
    return true;
  }

  read(key: string, value: string): SignedText {
    const known = this.#unread.get(key);
    this.#unread.delete(key);
    return known?.value === value ? known.read : readSigned(key, value, this.#secret);
  }
}
