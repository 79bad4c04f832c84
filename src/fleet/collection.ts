import { storeKey } from '../stores/store-key.js';

/** A name of a collection can have so many characters of the environment: the rest of its length is for the kind. */
const LONGEST_ENVIRONMENT = 50;

/** The collection of the entries of one kind. Instances of different environments do not see each other. */
export function collectionOf(kind: string, environment: string): string {
  return storeKey(`${kind}.${environment.slice(0, LONGEST_ENVIRONMENT)}`);
}
