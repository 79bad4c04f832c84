import { createHash } from 'node:crypto';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import { LONGEST_KEY } from '../stores/store-key.js';

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

/** Throws a `HealthConfigurationError` if a key of this instance is too long, because it contains names of the application. */
export function checkKey(key: string): void {
  if (key.length <= LONGEST_KEY) return;
  throw new HealthConfigurationError([
    {
      place: 'HealthFleetModule',
      problem: `the names of the service and the instance need a key of ${key.length} characters, and a store accepts ${LONGEST_KEY}`,
      remedy:
        'use shorter names: a character other than a letter, a digit, ".", "_" or "-" needs three characters for each byte',
    },
  ]);
}
