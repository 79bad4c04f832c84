/** The keys and the channel of one collection. The braces are the hash tag of a cluster. */
export class CollectionKeys {
  readonly values: string;
  readonly expiry: string;
  readonly revision: string;
  readonly changes: string;
  readonly #base: string;

  constructor(namespace: string, collection: string) {
    this.#base = `{${namespace}:${collection}}`;
    this.values = `${this.#base}:values`;
    this.expiry = `${this.#base}:expiry`;
    this.revision = `${this.#base}:revision`;
    this.changes = `${this.#base}:changes`;
  }

  lease(name: string): string {
    return `${this.#base}:lease:${name}`;
  }
}
