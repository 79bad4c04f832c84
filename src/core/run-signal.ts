/** The signal of one run of a check. It is made when somebody looks at it, which a quick check seldom does. */
export class RunSignal {
  #controller: AbortController | undefined;
  #abortion: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    if (this.#controller) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.#abortion) this.#controller.abort(this.#abortion.reason);
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#abortion ??= { reason };
    this.#controller?.abort(reason);
  }

  throwIfAborted(): void {
    if (this.#abortion) throw this.#abortion.reason;
  }
}
