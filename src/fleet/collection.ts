/** A name of a collection can have so many characters of the environment: the rest of its length is for the kind. */
const LONGEST_ENVIRONMENT = 50;

/**
 * The collection of the entries of one kind, for `storeKey()`, which writes characters that a key cannot contain in another
 * form. Instances of different environments do not see each other.
 */
export function collectionOf(kind: string, environment: string): string {
  return `${kind}.${environment.slice(0, LONGEST_ENVIRONMENT)}`;
}
