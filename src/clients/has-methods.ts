/**
 * Whether the candidate is an object with these methods. Integrations recognise a client by the methods that they use,
 * so that a test double and a second copy of the package are accepted.
 */
export function hasMethods(candidate: unknown, ...names: readonly string[]): candidate is object {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    names.every((name) => typeof Reflect.get(candidate, name) === 'function')
  );
}
