/**
 * A list whose elements are created anew each time that Nest reads it: once for each application, before it creates any
 * provider. A copy of the dynamic module, `{ ...HealthModule.forRoot() }`, keeps the list.
 */
export function createdPerApplication<T>(create: () => readonly T[]): T[] {
  const value = function* (): Iterable<T> {
    yield* create();
  };
  return Object.defineProperty<T[]>([], Symbol.iterator, { value });
}
