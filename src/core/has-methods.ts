/**
 * Whether the candidate is an object with these methods. An object of the application is recognised by the methods that are
 * used, so that a test double and a second copy of a package are accepted.
 */
export function hasMethods(candidate: unknown, ...names: readonly string[]): candidate is object {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    names.every((name) => typeof Reflect.get(candidate, name) === 'function')
  );
}
