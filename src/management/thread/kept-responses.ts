import type { IncomingMessage } from 'node:http';
import type { SharedProbe } from '../shared-probes.js';
import type { Routes, WireResponse } from './thread-messages.js';

interface Kept {
  readonly id: number;
  readonly response: WireResponse;
  readonly freshUntil: number;
  readonly revision: number;
}

/** Headers on which a response depends. A request with one of them goes to the main thread. */
const SPECIAL = ['authorization', 'x-health-key'];

/** The latest default response of each shared probe, from the main thread. */
export class KeptResponses {
  readonly #kept = new Map<SharedProbe, Kept>();
  readonly #revision: Int32Array;
  readonly #routes: Routes;

  constructor(routes: Routes) {
    this.#routes = routes;
    this.#revision = new Int32Array(routes.revision);
  }

  /** The probe whose default response is the response to this request. */
  probeOf({ method, url = '', headers }: IncomingMessage): SharedProbe | undefined {
    if (!this.#routes.canKeep || (method !== 'GET' && method !== 'HEAD')) return undefined;
    const probe = this.#routes.paths.get(url.toLowerCase());
    if (probe === undefined) return undefined;
    const { accept } = headers;
    if (accept !== undefined && accept !== '*/*' && accept !== 'application/json') return undefined;
    return SPECIAL.some((name) => headers[name] !== undefined) ? undefined : probe;
  }

  set(probe: SharedProbe, kept: Kept): void {
    this.#kept.set(probe, kept);
  }

  /** The latest response, of any age. */
  last(probe: SharedProbe): Kept | undefined {
    return this.#kept.get(probe);
  }

  /** The response, if it is still the current one. */
  fresh(probe: SharedProbe, at: number): Kept | undefined {
    const kept = this.#kept.get(probe);
    if (!kept || kept.revision !== Atomics.load(this.#revision, 0) || at > kept.freshUntil) return undefined;
    return kept;
  }
}
