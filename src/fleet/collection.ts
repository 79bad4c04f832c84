import { createHash } from 'node:crypto';

/** Maximum characters of the environment in the name of a collection. The other characters are for the kind. */
const LONGEST_ENVIRONMENT = 50;

/**
 * The collection for the entries of one kind. Pass it to `storeKey()`, which escapes characters that a key cannot contain.
 * Instances of different environments do not see each other.
 */
export function collectionOf(kind: string, environment: string): string {
  return `${kind}.${environment.slice(0, LONGEST_ENVIRONMENT)}`;
}

/** Hexadecimal digits. */
const LENGTH_OF_HASH = 12;

/**
 * The same for entries that only the instances of one service need. A watch of a store follows a whole collection, so a
 * collection for all services would send the entries of each to the instances of all.
 */
export function serviceCollectionOf(kind: string, environment: string, service: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([environment, service]))
    .digest('hex');
  return `${collectionOf(kind, environment)}.${hash.slice(0, LENGTH_OF_HASH)}`;
}
