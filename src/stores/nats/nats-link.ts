import {
  type NatsExplanation,
  WITHOUT_JETSTREAM,
  explainNatsError,
  isNoResponders,
} from '../../clients/nats/failure.js';
import { notConnected } from '../../clients/not-connected.js';
import { raceAbort } from '../../core/async.js';
import { HealthCheckError } from '../../errors/health-check.error.js';
import { MessageHeaders, type NatsStoreClient } from './nats-store-client.js';

/** An error response of JetStream. */
export class JetStreamError extends Error {
  readonly code: number;

  constructor(code: number, description: string) {
    super(`JetStream responded with the error ${code}: ${description}`);
    this.code = code;
  }
}

/** Error codes of JetStream. */
export const STREAM_NOT_FOUND = 10_059;
export const MESSAGE_NOT_FOUND = 10_037;
export const WRONG_LAST_SEQUENCE = 10_071;
const NAME_IN_USE = 10_058;
/** The errors of a limit: of the account, the storage or the memory of the server, or the bucket. */
const FULL: ReadonlySet<number> = new Set([10_002, 10_023, 10_028, 10_047, 10_077]);

export const hasCode = (error: unknown, ...codes: readonly number[]): boolean =>
  error instanceof JetStreamError && codes.includes(error.code);

interface Reply {
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string };
}

/** Requests to JetStream over the application's connection. */
export class NatsLink {
  readonly client: NatsStoreClient;
  readonly bucket: string;
  readonly #timeout: number;
  /** Undefined: it is not known yet. */
  #isConnected: boolean | undefined;
  readonly #lossListeners = new Set<() => void>();

  /** `timeout`: milliseconds for each request. */
  constructor(client: NatsStoreClient, bucket: string, timeout: number) {
    this.client = client;
    this.bucket = bucket;
    this.#timeout = timeout;
    this.#readStatus().catch(() => undefined);
  }

  get stream(): string {
    return `KV_${this.bucket}`;
  }

  /** Calls the listener when the connection is lost. Returns a function that removes it. */
  onLoss(listener: () => void): () => void {
    this.#lossListeners.add(listener);
    return () => this.#lossListeners.delete(listener);
  }

  /** Sends a request to the API of JetStream, such as `STREAM.INFO`. */
  api<T>(name: string, body: object | undefined, signal: AbortSignal): Promise<T> {
    return this.#request(`$JS.API.${name}`, body ? JSON.stringify(body) : '', undefined, signal);
  }

  /** Stores a message. Resolves to its sequence. Creates the bucket if it does not exist. */
  async store(
    subject: string,
    text: string,
    headers: Readonly<Record<string, string>> | undefined,
    signal: AbortSignal,
  ): Promise<number> {
    const send = (): Promise<{ readonly seq: number }> => this.#request(subject, text, headers, signal);
    try {
      return (await send()).seq;
    } catch (error) {
      // No stream has this subject.
      if (!isNoResponders(error)) throw error;
      await this.createBucket(signal);
      return (await send()).seq;
    }
  }

  /** Creates the bucket in the form of the key-value clients of NATS, unless it exists. */
  async createBucket(signal: AbortSignal): Promise<void> {
    const config = {
      name: this.stream,
      subjects: [`$KV.${this.bucket}.>`],
      max_msgs_per_subject: 1,
      max_consumers: -1,
      max_msgs: -1,
      max_bytes: -1,
      max_msg_size: -1,
      max_age: 0,
      retention: 'limits',
      storage: 'file',
      num_replicas: 1,
      discard: 'new',
      duplicate_window: 120_000_000_000,
      deny_delete: true,
      allow_rollup_hdrs: true,
      allow_direct: true,
    };
    try {
      await this.api(`STREAM.CREATE.${this.stream}`, config, signal);
    } catch (error) {
      // The bucket was created with other settings, for example with replicas.
      if (!hasCode(error, NAME_IN_USE)) throw error;
    }
  }

  async #request<T>(
    subject: string,
    text: string,
    headers: Readonly<Record<string, string>> | undefined,
    signal: AbortSignal,
  ): Promise<T> {
    await this.#connected(signal);
    const sent = this.client.request(subject, Buffer.from(text), {
      timeout: this.#timeout,
      ...(headers && { headers: new MessageHeaders(headers) as never }),
    });
    const { data } = await raceAbort(sent, signal);
    const reply = JSON.parse(new TextDecoder().decode(data)) as Reply;
    if (reply.error) {
      throw new JetStreamError(reply.error.err_code ?? reply.error.code ?? 0, reply.error.description ?? '');
    }
    return reply as T;
  }

  /** Without a connection, the client would keep the request until it has one. */
  async #connected(signal: AbortSignal): Promise<void> {
    if (this.client.isClosed()) throw notConnected('closed');
    if (this.#isConnected) return;
    await raceAbort(this.client.rtt(), signal);
    this.#isConnected = true;
  }

  async #readStatus(): Promise<void> {
    for await (const { type } of this.client.status()) {
      if (type === 'reconnect') this.#isConnected = true;
      if (type === 'disconnect') this.#lose();
    }
    this.#lose();
  }

  #lose(): void {
    this.#isConnected = false;
    for (const listener of this.#lossListeners) listener();
  }
}

const MESSAGES: readonly NatsExplanation[] = [
  [/^CONNECTION_DRAINING$|^connection draining/, (cause) => notConnected('draining', cause)],
  WITHOUT_JETSTREAM,
  [/^TIMEOUT$|^timeout/, (cause) => new HealthCheckError('timed out', { code: 'ETIMEDOUT', cause })],
  [
    /^PERMISSIONS_VIOLATION$|^Permissions Violation/i,
    (cause) => new HealthCheckError('the user is not permitted to use the bucket: see docs/stores.md', { cause }),
  ],
];

export function explainBucketError(error: unknown): unknown {
  if (error instanceof JetStreamError) {
    const remedy = FULL.has(error.code) ? ': raise the limits of storage of JetStream, the account or the bucket' : '';
    return new HealthCheckError(`JetStream refused the request (error ${error.code})${remedy}`, {
      code: `JS_${error.code}`,
      cause: error,
    });
  }
  return explainNatsError(error, MESSAGES);
}
