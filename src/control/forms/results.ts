import { randomBytes } from 'node:crypto';
import { elapsed } from '../../core/moment.js';

/** Milliseconds for which a result can be shown. */
const SHOWN_FOR = 60_000;
const MOST_RESULTS = 50;

/**
 * The results of the latest changes. The page gets one by a random id, because anyone could write a text in the URL that
 * claims a change.
 */
export class Results {
  readonly #results = new Map<string, { readonly text: string; readonly at: number }>();

  /** Returns the id. */
  add(text: string): string {
    const id = randomBytes(12).toString('base64url');
    this.#results.set(id, { text, at: elapsed() });
    const [oldest] = this.#results.keys();
    if (oldest !== undefined && this.#results.size > MOST_RESULTS) this.#results.delete(oldest);
    return id;
  }

  /** Undefined: there is none, or it is too old. */
  get(id: string): string | undefined {
    const result = this.#results.get(id);
    return result && elapsed() - result.at <= SHOWN_FOR ? result.text : undefined;
  }
}
