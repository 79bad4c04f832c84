import { randomUUID } from 'node:crypto';
import { NotPermittedError } from '../../clients/not-permitted.js';
import { explainRedisError } from '../../clients/redis/failure.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import type { BackendEntry, BackendLease, CollectionSink, StoreBackend } from '../store-backend.js';
import type { StorePlace } from '../store-key.js';
import { CollectionFeed } from './collection-feed.js';
import { CollectionKeys } from './collection-keys.js';
import type { Link } from './link.js';
import { PUT, RELEASE, REMOVE, RENEW } from './scripts.js';

export class RedisBackend implements StoreBackend {
  readonly name = 'Redis';
  readonly #link: Link;
  readonly #namespace: string;
  readonly #timeout: number;

  /** `timeout`: milliseconds. */
  constructor(link: Link, namespace: string, timeout: number) {
    this.#link = link;
    this.#namespace = namespace;
    this.#timeout = timeout;
  }

  get isUnconnected(): boolean {
    return this.#link.isUnconnected === true;
  }

  async put({ collection, name, value, expiresIn }: BackendEntry, signal: AbortSignal): Promise<void> {
    const { values, expiry, revision } = this.#keys(collection);
    const words = [PUT, '3', values, expiry, revision, name, value, `${expiresIn ?? ''}`];
    await this.#link.send(values, ['EVAL', ...words], signal);
  }

  async remove({ collection, name }: StorePlace, signal: AbortSignal): Promise<void> {
    const { values, expiry, revision } = this.#keys(collection);
    await this.#link.send(values, ['EVAL', REMOVE, '3', values, expiry, revision, name], signal);
  }

  follow(collection: string, sink: CollectionSink, signal: AbortSignal): Promise<void> {
    return new CollectionFeed(this.#link, this.#keys(collection), sink, this.#timeout).follow(signal);
  }

  async claim(
    { collection, name }: StorePlace,
    owner: string,
    expiresIn: number,
    signal: AbortSignal,
  ): Promise<BackendLease | undefined> {
    const key = this.#keys(collection).lease(name);
    const token = `${randomUUID()} ${owner}`;
    const milliseconds = `${expiresIn}`;
    const send = (abandoned: AbortSignal, ...words: readonly string[]): Promise<unknown> =>
      this.#link.send(key, words, abandoned);
    const isFree = await send(signal, 'SET', key, token, 'NX', 'PX', milliseconds);
    if (isFree === null) return undefined;
    return {
      renew: async (abandoned) => (await send(abandoned, 'EVAL', RENEW, '1', key, token, milliseconds)) === 1,
      release: async (abandoned) => {
        await send(abandoned, 'EVAL', RELEASE, '1', key, token);
      },
    };
  }

  explain(error: unknown): unknown {
    if (error instanceof Error) {
      const kind = /^[A-Z]+(?= )/.exec(error.message)?.[0] ?? '';
      const text = Object.hasOwn(MESSAGES, kind) ? MESSAGES[kind] : undefined;
      if (REFUSAL_IN_SCRIPT.test(error.message)) return notPermitted(error);
      if (text !== undefined) return new HealthCheckError(text, { code: kind, cause: error });
    }
    const explained = explainRedisError(error);
    return explained instanceof NotPermittedError ? notPermitted(explained) : explained;
  }

  #keys(collection: string): CollectionKeys {
    return new CollectionKeys(this.#namespace, collection);
  }
}

/** The errors of Redis that only writes and scripts get. */
const MESSAGES: Readonly<Record<string, string>> = {
  READONLY: 'the server is a read-only replica: connect the client to the primary',
  OOM: 'the server has no memory left for writes: raise its maxmemory',
  NOREPLICAS: 'the server has too few replicas for writes: see its min-replicas-to-write',
};

/** The texts of Redis 7 and Redis 6. */
const REFUSAL_IN_SCRIPT = /ACL failure in script|executing the script can't run this command/;

function notPermitted(cause: Error): HealthCheckError {
  return new HealthCheckError('the user is not permitted to run the commands of the store: see docs/stores.md', {
    code: 'NOPERM',
    cause,
  });
}
