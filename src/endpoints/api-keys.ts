import { createHash, timingSafeEqual } from 'node:crypto';
import type { HealthRequest } from '../options/health-module-options.js';

/** Keys that callers send, each with its meaning. They are compared in constant time. */
export class ApiKeys<Meaning> {
  readonly #keys: readonly (readonly [digest: Buffer, meaning: Meaning])[];

  constructor(keys: Iterable<readonly [key: string, meaning: Meaning]>) {
    this.#keys = [...keys].map(([key, meaning]) => [digest(key), meaning]);
  }

  get isEmpty(): boolean {
    return this.#keys.length === 0;
  }

  /** The meaning of a key. Undefined: it is unknown. */
  find(key: string): Meaning | undefined {
    const given = encodingsOf(key).map(digest);
    // Digests have one length, and each is compared with each: the duration reveals nothing about a key.
    return this.#keys.reduce<Meaning | undefined>(
      (found, [known, meaning]) =>
        given.reduce((matches, candidate) => timingSafeEqual(known, candidate) || matches, false) ? meaning : found,
      undefined,
    );
  }
}

/** The key in a header that browsers never add automatically: `X-Health-Key` or `Authorization: Bearer`. */
export function tokenIn(headers: HealthRequest['headers']): string | undefined {
  const { 'x-health-key': key, authorization } = headers;
  if (typeof key === 'string') return key;
  return typeof authorization === 'string' ? /^Bearer +(.+)$/i.exec(authorization)?.[1] : undefined;
}

/**
 * Node decodes each byte of a header as one character. Clients encode characters outside of ASCII as UTF-8 (curl, most
 * libraries) or as Latin-1 (`fetch`), and HTTP leaves that open (RFC 9110, section 5.5): both are compared.
 */
function encodingsOf(key: string): readonly (string | Buffer)[] {
  const bytes = Buffer.from(key, 'latin1');
  return bytes.length === Buffer.byteLength(key) ? [bytes] : [bytes, key];
}

function digest(key: string | Buffer): Buffer {
  return createHash('sha256').update(key).digest();
}
