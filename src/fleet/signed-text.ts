import { createHmac, timingSafeEqual } from 'node:crypto';
import { isRecord } from '../core/is-record.js';

const SIGNATURE_LENGTH = 64;

/** With a secret, the text begins with its signature. */
export function signed(text: string, secret: string | undefined): string {
  return secret === undefined ? text : `${signatureOf(text, secret)}${text}`;
}

/** The object that an entry of another instance holds. A text tells why it is refused. */
export function readSigned(value: string, secret: string | undefined): Readonly<Record<string, unknown>> | string {
  const text = verified(value, secret);
  if (text === undefined) return 'it is not signed with the secret';
  try {
    const given: unknown = JSON.parse(text);
    return isRecord(given) ? given : 'it is no object';
  } catch {
    return 'it is no JSON';
  }
}

/** The text without its signature. Undefined: the signature is wrong or missing. */
export function verified(value: string, secret: string | undefined): string | undefined {
  if (secret === undefined) return value;
  const text = value.slice(SIGNATURE_LENGTH);
  const given = Buffer.from(value.slice(0, SIGNATURE_LENGTH));
  const expected = Buffer.from(signatureOf(text, secret));
  return given.length === expected.length && timingSafeEqual(given, expected) ? text : undefined;
}

function signatureOf(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('hex');
}
