const SECRET_KEY =
  /pass(?!ed|es|ing)|pwd|secret|token|(?:api|access|private|encryption)[^a-z]?key|auth|credential|cookie/i;
const MASK = '***';

/** Masks the credentials of every URL in a text: `scheme://user:password@host` becomes `scheme://***@host`. */
export function maskCredentials(text: string): string {
  return text.includes('@') ? text.replace(/\S+/g, maskWord) : text;
}

/** Up to the last at-sign of the word, because a password may hold slashes and at-signs. */
function maskWord(word: string): string {
  const start = word.indexOf('://') + 3;
  const end = word.lastIndexOf('@');
  return start > 2 && end >= start ? word.slice(0, start) + MASK + word.slice(end) : word;
}

/**
 * A plain JSON copy of what a check reported, safe to serialise any number of times: what JSON cannot express is
 * put in words, credentials in URLs and texts under keys that name a secret are masked, and the copy is frozen.
 * Returns undefined for what cannot be copied at all (a cycle, a getter that throws).
 */
export function safeCopy(data: object): Readonly<Record<string, unknown>> | undefined {
  try {
    const copy = mask(JSON.parse(JSON.stringify(data, expressible)), false);
    return isRecord(copy) ? copy : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function expressible(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** What stands below a key that names a secret is secret as a whole, however deep. */
function mask(value: unknown, isSecret: boolean): unknown {
  if (typeof value === 'string') return isSecret ? MASK : maskCredentials(value);
  if (Array.isArray(value)) return Object.freeze(value.map((item) => mask(item, isSecret)));
  if (!isRecord(value)) return value;
  const masked = Object.entries(value).map(([key, inner]) => [
    maskCredentials(key),
    mask(inner, isSecret || SECRET_KEY.test(key)),
  ]);
  return Object.freeze(Object.fromEntries(masked));
}
