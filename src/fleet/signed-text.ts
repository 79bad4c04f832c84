import { createHmac, timingSafeEqual } from 'node:crypto';

const SIGNATURE_LENGTH = 64;

/** With a secret, the text begins with its signature. */
export function signed(text: string, secret: string | undefined): string {
  return secret === undefined ? text : `${signatureOf(text, secret)}${text}`;
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
