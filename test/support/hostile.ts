/** Values that a careless or odd dependency could throw or return, each of which breaks naive code. */

const refuse = (): never => {
  throw new Error('do not touch');
};

/** Every operation on it throws, also `instanceof`. */
export const untouchable = (): object =>
  new Proxy(
    {},
    {
      get: refuse,
      has: refuse,
      ownKeys: refuse,
      getPrototypeOf: refuse,
      getOwnPropertyDescriptor: refuse,
    },
  );

/** A revoked proxy. */
export function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** An error whose properties cannot be read. */
export function unreadableError(): Error {
  const error = new Error('original');
  // Read the stack first, because the engine creates it from the message at the first access.
  for (const key of ['stack', 'message', 'code', 'name', 'cause', 'errors']) {
    Object.defineProperty(error, key, { get: refuse });
  }
  return error;
}

/** An error that is its own cause. */
export function selfCausedError(): Error {
  const error = new Error('original');
  error.cause = error;
  return error;
}

/** An object without any prototype: it has no `toString`. */
export const bare = (properties: object = {}): object => Object.assign(Object.create(null) as object, properties);
