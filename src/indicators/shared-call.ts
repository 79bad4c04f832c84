/**
 * Work that cannot be cancelled once the operating system has it (a name look-up, a look at a disk that hangs). A run
 * whose time is over stops waiting for it, and the next run waits for the same work instead of starting more: what
 * hangs occupies one of the few threads that Node has for such work, and not all of them.
 */
export class SharedCall<T> {
  #pending: Promise<T> | undefined;
  readonly #work: () => Promise<T>;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  async run(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.#pending ??= this.#work().finally(() => (this.#pending = undefined));
    const { promise, release } = whenAborted(signal);
    try {
      return await Promise.race([this.#pending, promise]);
    } finally {
      release();
    }
  }
}

function whenAborted(signal: AbortSignal): { readonly promise: Promise<never>; readonly release: () => void } {
  let release = (): void => undefined;
  const promise = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    release = () => signal.removeEventListener('abort', onAbort);
  });
  return { promise, release };
}
