import { shutdownElapsed } from '../../core/shutdown-clock.js';

interface OpenRequest {
  readonly method: string | undefined;
  readonly path: string;
  readonly since: number;
}

/** Requests in flight, by their object: a response of HTTP/1, a stream of HTTP/2. */
export class OpenRequests<Key extends object> {
  readonly #open = new Map<Key, OpenRequest>();
  #waiting: (() => void)[] = [];

  begin(key: Key, method: string | undefined, url: string | undefined): void {
    this.#open.set(key, { method, path: pathOf(url), since: shutdownElapsed() });
  }

  /** Returns false if the request had already finished. */
  finish(key: Key): boolean {
    if (!this.#open.delete(key)) return false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    return true;
  }

  /** The label and the age of each, for the log. */
  get descriptions(): readonly string[] {
    const now = shutdownElapsed();
    return [...this.#open.values()].map(
      ({ method, path, since }) => `${method} ${path} (for ${Math.round(now - since)} ms)`,
    );
  }

  get paths(): readonly string[] {
    return [...this.#open.values()].map(({ path }) => path);
  }

  get keys(): readonly Key[] {
    return [...this.#open.keys()];
  }

  /** Resolves when the requests that are in flight now have finished. It ignores later requests. */
  async whenCurrentDone(): Promise<void> {
    const current = this.keys;
    while (current.some((key) => this.#open.has(key))) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** Returns the path without its query, which may contain secrets. */
export function pathOf(url = ''): string {
  return url.split('?', 1)[0] ?? '';
}
