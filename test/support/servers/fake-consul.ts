import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Entry {
  value: string;
  flags: number;
  createIndex: number;
  modifyIndex: number;
  session?: string;
}

interface Session {
  readonly ttl: number;
  readonly lockDelay: number;
  timer: NodeJS.Timeout;
}

/** Milliseconds. The shortest TTL of a session. */
const SHORTEST_TTL = 10_000;
const FACTORS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

const milliseconds = (text: string): number => {
  const [, digits = '0', unit = 's'] = /^(\d+)(ms|s|m)$/.exec(text) ?? [];
  return Number(digits) * (FACTORS[unit] ?? 1);
};

/**
 * A fake agent of Consul. It follows the documentation of the HTTP API: KV with conditions, flags and locks,
 * blocking
 * queries, sessions with TTL and lock delay, tokens. It is not a Consul: no test here shows how Consul itself behaves.
 */
export class FakeConsul {
  readonly token: string | undefined;
  /** Responds to each request with this status code, while it is set. */
  failure: number | undefined;
  /** Whether the cluster has a leader. */
  hasLeader = true;
  /** The services of the agent with the state of their check, by id. */
  readonly services = new Map<string, { readonly registration: unknown; status: string; output: string }>();
  /** The requests, as method and URL. */
  readonly requests: string[] = [];
  /** `ttlFactor`: makes the TTLs shorter, because the shortest TTL of ten seconds is too long for tests. */
  readonly #ttlFactor: number;
  readonly #entries = new Map<string, Entry>();
  readonly #sessions = new Map<string, Session>();
  readonly #lockedUntil = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #index = 10;
  #server: Server | undefined;
  #port = 0;
  #frozen: (() => void)[] | undefined;

  constructor({ token, ttlFactor = 1 }: { readonly token?: string; readonly ttlFactor?: number } = {}) {
    this.token = token;
    this.#ttlFactor = ttlFactor;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#handle(request, response));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await new Promise<void>((resolve) => {
      if (!server) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
    });
    for (const { timer } of this.#sessions.values()) clearTimeout(timer);
  }

  freeze(): void {
    this.#frozen ??= [];
  }

  thaw(): void {
    const frozen = this.#frozen ?? [];
    this.#frozen = undefined;
    for (const resume of frozen) resume();
  }

  /** As a restore of a snapshot does: the index goes backwards. */
  rewind(keep: (key: string) => boolean): void {
    for (const key of this.#entries.keys()) if (!keep(key)) this.#entries.delete(key);
    this.#index = 5;
    for (const entry of this.#entries.values()) entry.modifyIndex = 5;
    this.#wake();
  }

  expireSessions(): void {
    for (const id of this.#sessions.keys()) this.#endSession(id);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    this.requests.push(`${request.method} ${url.pathname}${url.search}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.#frozen) await new Promise<void>((resolve) => this.#frozen?.push(resolve));
    if (response.destroyed) return;
    if (this.failure !== undefined) return this.#respond(response, this.failure, 'an internal error');
    const isPublic = url.pathname === '/v1/status/leader';
    if (!isPublic && this.token !== undefined && request.headers['x-consul-token'] !== this.token) {
      return this.#respond(response, 403, 'Permission denied');
    }
    const body = Buffer.concat(chunks).toString();
    const [, , area = '', ...rest] = decodeURIComponent(url.pathname).split('/');
    const path = rest.join('/');
    if (area === 'status') return this.#respond(response, 200, this.hasLeader ? '"127.0.0.1:8300"' : '""');
    if (area === 'agent') return this.#agent(path, body, response);
    if (area === 'session') return this.#session(path, body, response);
    if (request.method === 'GET') return this.#read(path, url.searchParams, response);
    if (request.method === 'PUT') return this.#put(path, body, url.searchParams, response);
    return this.#delete(path, url.searchParams, response);
  }

  async #read(path: string, parameters: URLSearchParams, response: ServerResponse): Promise<void> {
    const keys = (): string[] =>
      parameters.has('recurse')
        ? [...this.#entries.keys()].filter((key) => key.startsWith(path)).toSorted()
        : [path].filter((key) => this.#entries.has(key));
    const since = Number(parameters.get('index') ?? 0);
    const until = Date.now() + milliseconds(parameters.get('wait') ?? '300s');
    const isUnchanged = (): boolean =>
      since > 0 && this.#index === since && Date.now() < until && !response.destroyed && this.#server !== undefined;
    while (isUnchanged()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, until - Date.now())).unref();
        response.once('close', resolve);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    const entries = keys().map((key) => {
      const { value, flags, createIndex, modifyIndex, session } = this.#entries.get(key) as Entry;
      const Value = value === '' ? null : Buffer.from(value).toString('base64');
      const found = { Key: key, Value, Flags: flags, LockIndex: 0, CreateIndex: createIndex, ModifyIndex: modifyIndex };
      return { ...found, ...(session !== undefined && { Session: session }) };
    });
    this.#respond(response, entries.length === 0 ? 404 : 200, entries.length === 0 ? '' : JSON.stringify(entries));
  }

  #put(key: string, value: string, parameters: URLSearchParams, response: ServerResponse): void {
    const entry = this.#entries.get(key);
    const flags = Number(parameters.get('flags') ?? 0);
    const acquire = parameters.get('acquire');
    const release = parameters.get('release');
    let { session } = entry ?? {};
    if (acquire !== null) {
      if (!this.#sessions.has(acquire)) return this.#respond(response, 500, `invalid session ${acquire}`);
      const isLocked = (this.#lockedUntil.get(key) ?? 0) > Date.now();
      if (isLocked || (session !== undefined && session !== acquire)) return this.#respond(response, 200, 'false');
      session = acquire;
    }
    if (release !== null) {
      if (session !== release) return this.#respond(response, 200, 'false');
      session = undefined;
    }
    // A write that changes nothing has no effect.
    if (entry?.value !== value || entry.flags !== flags || entry.session !== session) {
      this.#index += 1;
      const createIndex = entry?.createIndex ?? this.#index;
      const changed: Entry = { value, flags, createIndex, modifyIndex: this.#index };
      this.#entries.set(key, session === undefined ? changed : { ...changed, session });
      this.#wake();
    }
    this.#respond(response, 200, 'true');
  }

  #delete(key: string, parameters: URLSearchParams, response: ServerResponse): void {
    const cas = parameters.get('cas');
    const entry = this.#entries.get(key);
    if (cas !== null && entry?.modifyIndex !== Number(cas)) return this.#respond(response, 200, 'false');
    if (this.#entries.delete(key)) {
      this.#index += 1;
      this.#wake();
    }
    this.#respond(response, 200, 'true');
  }

  #agent(path: string, body: string, response: ServerResponse): void {
    const [area, action, id = ''] = path.split('/');
    const given = (body === '' ? {} : JSON.parse(body)) as Readonly<Record<string, unknown>>;
    if (action === 'register') {
      const { Status = 'critical' } = given['Check'] as { readonly Status?: string };
      this.services.set(String(given['ID']), { registration: given, status: Status, output: '' });
    } else if (action === 'deregister') {
      if (!this.services.delete(id)) return this.#respond(response, 404, `Unknown service ID "${id}"`);
    } else {
      const service = this.services.get(id.replace('nest-vitals:', ''));
      if (area !== 'check' || !service) return this.#respond(response, 404, `Unknown check ID "${id}"`);
      Object.assign(service, { status: given['Status'], output: given['Output'] });
    }
    return this.#respond(response, 200, '');
  }

  #session(path: string, body: string, response: ServerResponse): void {
    const [action, id = ''] = path.split('/');
    if (action === 'create') {
      const { TTL, LockDelay = '15s' } = JSON.parse(body) as { readonly TTL: string; readonly LockDelay?: string };
      const ttl = milliseconds(TTL);
      if (ttl < SHORTEST_TTL) return this.#respond(response, 400, 'Invalid Session TTL');
      const created = randomUUID();
      const timer = this.#expiryOf(created, ttl);
      this.#sessions.set(created, { ttl, lockDelay: milliseconds(LockDelay), timer });
      return this.#respond(response, 200, JSON.stringify({ ID: created }));
    }
    if (action === 'destroy') {
      this.#endSession(id);
      return this.#respond(response, 200, 'true');
    }
    const session = this.#sessions.get(id);
    if (!session) return this.#respond(response, 404, `Session id '${id}' not found`);
    clearTimeout(session.timer);
    session.timer = this.#expiryOf(id, session.ttl);
    return this.#respond(response, 200, '[]');
  }

  #expiryOf(id: string, ttl: number): NodeJS.Timeout {
    return setTimeout(() => this.#endSession(id), ttl * this.#ttlFactor).unref();
  }

  #endSession(id: string): void {
    const session = this.#sessions.get(id);
    if (!session) return;
    clearTimeout(session.timer);
    this.#sessions.delete(id);
    for (const [key, entry] of this.#entries) {
      if (entry.session !== id) continue;
      this.#entries.delete(key);
      this.#lockedUntil.set(key, Date.now() + session.lockDelay);
      this.#index += 1;
    }
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #respond(response: ServerResponse, status: number, text: string): void {
    response.writeHead(status, { 'content-type': 'application/json', 'x-consul-index': `${this.#index}` });
    response.end(text);
  }
}
