/**
 * An object whose properties are created when one of them is first read. Readers cannot distinguish it from the object that
 * `make` returns, except by identity.
 */
export function lazyObject<T extends object>(make: () => T): T {
  return lazyLike({} as T, make);
}

/** The same for an array: `Array.isArray` is true for it. */
export function lazyArray<T>(make: () => readonly T[]): readonly T[] {
  return lazyLike<readonly T[]>([], make);
}

function lazyLike<T extends object>(target: T, make: () => T): T {
  let made: T | undefined;
  const value = (): T => (made ??= make());
  return new Proxy(target, {
    get: (_target, key) => Reflect.get(value(), key) as unknown,
    has: (_target, key) => Reflect.has(value(), key),
    ownKeys: () => Reflect.ownKeys(value()),
    getOwnPropertyDescriptor: (_target, key) => Reflect.getOwnPropertyDescriptor(value(), key),
  });
}
