import { HealthConfigurationError } from '../errors/configuration.error.js';
import { HealthCheckError } from '../errors/health-check.error.js';
import { show } from '../options/rules.js';

/** Characters. */
export const LONGEST_KEY = 250;
const SEGMENTS = /^[A-Za-z0-9._=-]+(?:\/[A-Za-z0-9._=-]+)+$/;
/** Each repetition begins with a slash, so that the time is linear in the length of the text. */
const PREFIX = /^[A-Za-z0-9._=-]+\/(?:[A-Za-z0-9._=-]+(?:\/[A-Za-z0-9._=-]+)*\/?)?$/;
/** The normalisation of a URL removes these segments, and the key would be in another collection. */
const DOTS = /(?:^|\/)\.\.?(?:\/|$)/;
const EXPECTED = `at least two segments of letters, digits, ".", "_", "=" and "-", none of them "." or "..", separated by "/", of at most ${LONGEST_KEY} characters`;

/** The place of an entry: its collection, and the rest of its key. */
export interface StorePlace {
  readonly collection: string;
  readonly name: string;
}

/**
 * The key of an entry, from its collection and further texts. Each character that a key cannot contain is written as `=` and its
 * UTF-8 bytes in hexadecimal, and so are the dots of the texts `.` and `..`.
 *
 * @example
 * storeKey('fleet', 'orders', 'pod:7f3a') // 'fleet/orders/pod=3A7f3a'
 */
export function storeKey(collection: string, ...parts: readonly string[]): string {
  return [collection, ...parts].map(encoded).join('/');
}

/** The texts from which {@link storeKey} made the key. */
export function storeKeyParts(key: string): string[] {
  return key.split('/').map(decoded);
}

/** Throws a `HealthCheckError` for a malformed key. */
export function placeOf(key: string): StorePlace {
  if (!isStoreKey(key)) {
    throw new HealthCheckError(`the key ${show(key)} is malformed: use ${EXPECTED}, as storeKey() returns it`);
  }
  return splitKey(key);
}

export function isStoreKey(key: unknown): boolean {
  return typeof key === 'string' && key.length <= LONGEST_KEY && SEGMENTS.test(key) && !DOTS.test(key);
}

/** Throws a `HealthConfigurationError` for a malformed prefix. */
export function checkPrefix(place: string, prefix: string): StorePlace {
  if (typeof prefix !== 'string' || prefix.length > LONGEST_KEY || !PREFIX.test(prefix) || DOTS.test(prefix)) {
    throw new HealthConfigurationError([
      {
        place,
        problem: `its prefix is ${show(prefix)}`,
        remedy:
          'use a collection and a slash, such as "fleet/", and as much more of the keys as wanted, with no segment "." or ".."',
      },
    ]);
  }
  return splitKey(prefix);
}

function splitKey(key: string): StorePlace {
  const slash = key.indexOf('/');
  return { collection: key.slice(0, slash), name: key.slice(slash + 1) };
}

function encoded(text: string): string {
  return text.replaceAll(text === '.' || text === '..' ? /\./gu : /[^A-Za-z0-9._-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

function decoded(segment: string): string {
  return segment.replaceAll(/(?:=[0-9A-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('=', ''), 'hex').toString());
}
