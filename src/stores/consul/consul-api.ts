import { HealthCheckError } from '../../errors/health-check.error.js';

/** An entry of the KV store. */
export interface ConsulEntry {
  readonly Key: string;
  /** In base64. Null: empty. */
  readonly Value: string | null;
  readonly ModifyIndex: number;
  /** The session that holds the key. */
  readonly Session?: string;
}

export interface ConsulEntries {
  readonly entries: readonly ConsulEntry[];
  /** For the next blocking query. */
  readonly index: number;
}

type Parameters = Readonly<Record<string, string>>;

interface ConsulResponse {
  readonly status: number;
  readonly index: number;
  readonly text: string;
}

/** Bytes. A longer response is refused, so that a wrong namespace cannot fill the memory. */
const LONGEST_RESPONSE = 128 * 2 ** 20;
const NOT_FOUND = 404;

/** The requests to the HTTP API that the store needs. */
export class ConsulApi {
  readonly #url: URL;
  readonly #token: string | undefined;

  constructor({ url, token }: { readonly url: URL; readonly token: string | undefined }) {
    this.#url = url;
    this.#token = token;
  }

  /** The entries whose keys begin with a prefix, or one entry. */
  async read(key: string, parameters: Parameters, signal: AbortSignal): Promise<ConsulEntries> {
    const { status, text, index } = await this.#send('GET', `kv/${key}`, parameters, undefined, signal);
    return { entries: status === NOT_FOUND ? [] : (JSON.parse(text) as ConsulEntry[]), index };
  }

  /** Resolves to whether the condition in the parameters was met. */
  async write(key: string, value: string, parameters: Parameters, signal: AbortSignal): Promise<boolean> {
    const { text } = await this.#send('PUT', `kv/${key}`, parameters, value, signal);
    return text.trim() === 'true';
  }

  async delete(key: string, parameters: Parameters, signal: AbortSignal): Promise<void> {
    await this.#send('DELETE', `kv/${key}`, parameters, undefined, signal);
  }

  async createSession(body: object, signal: AbortSignal): Promise<string> {
    const { text } = await this.#send('PUT', 'session/create', {}, JSON.stringify(body), signal);
    return (JSON.parse(text) as { readonly ID: string }).ID;
  }

  /** Resolves to whether the session exists. */
  async renewSession(id: string, signal: AbortSignal): Promise<boolean> {
    const { status } = await this.#send('PUT', `session/renew/${id}`, {}, undefined, signal);
    return status !== NOT_FOUND;
  }

  async destroySession(id: string, signal: AbortSignal): Promise<void> {
    await this.#send('PUT', `session/destroy/${id}`, {}, undefined, signal);
  }

  /** Rejects if the cluster has no leader. */
  async checkLeader(signal: AbortSignal): Promise<void> {
    const { text } = await this.#send('GET', 'status/leader', {}, undefined, signal);
    if (text.trim() === '""') throw new HealthCheckError('the cluster has no leader');
  }

  async #send(
    method: string,
    path: string,
    parameters: Parameters,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<ConsulResponse> {
    const url = new URL(`v1/${path}`, this.#url.href.endsWith('/') ? this.#url : `${this.#url.href}/`);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const response = await fetch(url, {
      method,
      signal,
      redirect: 'error',
      ...(this.#token !== undefined && { headers: { 'X-Consul-Token': this.#token } }),
      ...(body !== undefined && { body }),
    });
    const text = await textOf(response);
    const { status } = response;
    if (!response.ok && status !== NOT_FOUND) throw failure(status);
    return { status, text, index: Number(response.headers.get('x-consul-index') ?? 0) };
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LONGEST_RESPONSE) throw new HealthCheckError(`the response is longer than ${LONGEST_RESPONSE} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function failure(status: number): HealthCheckError {
  if (status === 403) {
    return new HealthCheckError('the token is not permitted to use the keys of the store: see docs/stores.md', {
      code: 'HTTP_403',
    });
  }
  return new HealthCheckError(`HTTP status ${status}`, { code: `HTTP_${status}` });
}
