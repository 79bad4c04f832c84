import type { CommandLine } from '../options.js';
import { UsageError } from '../usage-error.js';
import { type RedisTopology, redisTopologyOf } from './redis-topology.js';
import { SCHEMES, STORES, type StoreKind, exampleOf } from './store-kind.js';
import { type Login, loginOf } from './store-login.js';
import { type StoreTls, tlsOf } from './store-tls.js';

/** Where the store is, and how to log in to it. */
export interface StoreAddress {
  readonly kind: StoreKind;
  /** At least one. They contain no login. */
  readonly urls: readonly URL[];
  readonly login: Login;
  readonly tls: StoreTls | undefined;
  /** `server` for the other stores. */
  readonly topology: RedisTopology;
}

const REDIS_OPTIONS = ['redis-sentinel', 'redis-cluster', 'sentinel-user', 'sentinel-password-file'] as const;

/** Reads the options that name the store. Throws `UsageError`. */
export async function storeAddressOf({ values }: CommandLine, environment: NodeJS.ProcessEnv): Promise<StoreAddress> {
  const given = STORES.filter((kind) => values[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    throw new UsageError(
      `fleet: give one of ${STORES.map((each) => `--${each} ${exampleOf(each)}`).join(', ')}: the store of the instances`,
    );
  }
  const foreign = REDIS_OPTIONS.find((option) => values[option] !== undefined);
  if (foreign !== undefined && kind !== 'redis') {
    throw new UsageError(`--${foreign} has no effect with --${kind}: leave it out`);
  }
  // A password may contain a comma.
  const texts = (values[kind] ?? []).flatMap((text) => text.split(/,(?=\s*[a-z]+:\/\/)/i));
  const urls = texts.map((text) => parse(kind, text.trim()));
  return {
    kind,
    urls: urls.map(withoutLogin),
    login: await loginOf(kind, urls, values, environment),
    tls: await tlsOf(kind, urls, values),
    topology: kind === 'redis' ? await redisTopologyOf(urls, values, environment) : { kind: 'server' },
  };
}

function parse(kind: StoreKind, text: string): URL {
  const { plain, encrypted } = SCHEMES[kind];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === plain || url.protocol === encrypted) && HOST.test(url.hostname) && isDecodable(url)) {
    // For Redis, the path is the number of the database. The clients of the other stores ignore it.
    if (kind === 'redis' ? /^\/?\d*$/.test(url.pathname) : /^\/?$/.test(url.pathname)) return url;
  }
  const example = exampleOf(kind);
  throw new UsageError(
    `--${kind} "${withoutSecrets(text)}" is not an address: use ${example}, several as ${example},${example}`,
  );
}

const HOST = /^(?:[^,[\]]+|\[[\da-f:.]+\])$/i;
const SHOWN = /^(?:[\w.,-]+|\[[\da-f:.]*\])?(?::\d+)?(?:\/[\w-]*)?$/i;

/** A malformed address for a message. Parts that may belong to a login are replaced. */
function withoutSecrets(text: string): string {
  const [, scheme = '', login, rest = ''] = /^([a-z][a-z+.-]*:\/\/)?(?:(.*)@)?(.*)$/is.exec(text) ?? [];
  return `${scheme}${login === undefined ? '' : '***@'}${SHOWN.test(rest) ? rest : '***'}`;
}

function withoutLogin(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

/** In a login, a percent sign must be written as `%25`. */
function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
