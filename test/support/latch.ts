/** A promise that is settled by hand: the test decides when whatever waits for it goes on. */
export interface Latch<T = void> {
  readonly promise: Promise<T>;
  open(value: T): void;
  fail(reason: unknown): void;
}

export function latch<T = void>(): Latch<T> {
  let open: (value: T) => void = () => undefined;
  let fail: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

/** A promise that nobody ever settles, as that of a dependency that has stopped answering. */
export const never = (): Promise<never> => new Promise<never>(() => undefined);
