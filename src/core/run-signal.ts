import { guardedSignal } from './guarded-signal.js';

/** The signal of one attempt. It is created when it is first read, because many quick checks never read it. */
export class RunSignal {
  readonly #onFault: (fault: unknown) => void;
  #controller: AbortController | undefined;
  #abortion: { readonly reason: unknown } | undefined;

  /** `onFault` receives the errors of listeners of the signal, and throws nothing itself. */
  constructor(onFault: (fault: unknown) => void) {
    this.#onFault = onFault;
  }

  get signal(): AbortSignal {
    if (this.#controller) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.#abortion) this.#controller.abort(this.#abortion.reason);
    return guardedSignal(this.#controller.signal, this.#onFault);
  }

  abort(reason: unknown): void {
    this.#abortion ??= { reason };
    this.#controller?.abort(reason);
  }

  throwIfAborted(): void {
    if (this.#abortion) throw this.#abortion.reason;
  }
}
