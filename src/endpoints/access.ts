import { createHash, timingSafeEqual } from 'node:crypto';
import type { HealthRequest } from '../options/health-module-options.js';
import type { AccessSettings } from '../options/health-settings.js';
import { type HealthView, VIEWS } from '../options/view.js';

/** Tells known callers from strangers. Whatever goes wrong on the way, the caller is a stranger. */
export class Access {
  readonly #authorize: AccessSettings['authorize'];
  readonly #digests: readonly Buffer[];
  readonly #onFault: (fault: unknown) => void;

  /** `onFault` is told what `authorize` threw. */
  constructor(settings: AccessSettings, onFault: (fault: unknown) => void) {
    this.#authorize = settings.authorize;
    this.#digests = settings.apiKeys.map(digest);
    this.#onFault = onFault;
  }

  /** Whether there is a key that a person in front of a browser could be asked for. */
  get hasKeys(): boolean {
    return this.#digests.length > 0;
  }

  /** The view that the caller is granted. Undefined: a stranger. `patience` is how long, in milliseconds, `authorize` may take. */
  async viewFor(request: HealthRequest, patience: number): Promise<HealthView | undefined> {
    if (this.#hasKey(request)) return 'full';
    if (!this.#authorize) return undefined;
    try {
      return granted(await inTime(this.#authorize(request), patience));
    } catch (fault) {
      this.#onFault(fault);
      return undefined;
    }
  }

  #hasKey({ headers }: HealthRequest): boolean {
    if (this.#digests.length === 0) return false;
    const authorization = single(headers['authorization']) ?? '';
    const key = single(headers['x-health-key']) ?? bearer(authorization) ?? basicPassword(authorization);
    if (key === undefined) return false;
    const given = readingsOf(key).map(digest);
    // Digests are of one length, and every one is compared: the time taken tells nothing of any key.
    return this.#digests.reduce(
      (found, known) => given.reduce((fits, reading) => timingSafeEqual(known, reading) || fits, found),
      false,
    );
  }
}

async function inTime(decision: unknown, patience: number): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`authorize took longer than ${patience} ms`)), patience);
    timer.unref();
  });
  try {
    return await Promise.race([decision, late]);
  } finally {
    clearTimeout(timer);
  }
}

function granted(decision: unknown): HealthView | undefined {
  return decision === true ? 'full' : VIEWS.find((view) => view === decision);
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function bearer(authorization: string): string | undefined {
  return /^Bearer +(.+)$/i.exec(authorization)?.[1];
}

/** What a browser sends of what it has asked a person for (RFC 7617). The name of the user ends at the first colon. */
function basicPassword(authorization: string): string | undefined {
  const credentials = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1];
  return credentials === undefined
    ? undefined
    : /:(.*)$/s.exec(Buffer.from(credentials, 'base64').toString('latin1'))?.[1];
}

/**
 * Node hands out each byte of a header as one character. Clients encode what is not ASCII as UTF-8 (curl, most
 * libraries) or as Latin-1 (`fetch`), and HTTP does not say which (RFC 9110, section 5.5): both are compared.
 */
function readingsOf(key: string): readonly (string | Buffer)[] {
  const bytes = Buffer.from(key, 'latin1');
  return bytes.length === Buffer.byteLength(key) ? [bytes] : [bytes, key];
}

function digest(key: string | Buffer): Buffer {
  return createHash('sha256').update(key).digest();
}
