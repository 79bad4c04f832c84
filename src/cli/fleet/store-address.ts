import type { CommandLine } from '../options.js';
import { readCertificates, readSecret } from '../read-file.js';
import { UsageError } from '../usage-error.js';

export const STORES = ['redis', 'nats', 'etcd'] as const;
export type StoreKind = (typeof STORES)[number];

/** Where the store is, and how to log in to it. */
export interface StoreAddress {
  readonly kind: StoreKind;
  /** Without a login. NATS and etcd can have several servers. */
  readonly urls: readonly URL[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** Further certificate authorities, as PEM. */
  readonly ca: string | undefined;
}

const SCHEMES: Readonly<Record<StoreKind, readonly string[]>> = {
  redis: ['redis:', 'rediss:'],
  nats: ['nats:', 'tls:'],
  etcd: ['http:', 'https:'],
};
const EXAMPLES: Readonly<Record<StoreKind, string>> = {
  redis: 'redis://host:6379',
  nats: 'nats://host:4222',
  etcd: 'http://host:2379',
};

/** Reads the option that names the store. Throws `UsageError`. */
export async function storeAddressOf({ values }: CommandLine): Promise<StoreAddress> {
  const given = STORES.filter((kind) => values[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    throw new UsageError(
      `fleet: give one of ${STORES.map((each) => `--${each} ${EXAMPLES[each]}`).join(', ')}: the store of the instances`,
    );
  }
  const parsed = (values[kind] ?? '').split(',').map((text) => parse(kind, text.trim()));
  if (kind === 'redis' && parsed.length > 1) throw new UsageError('--redis: give one server, not several');
  const login = parsed.find(({ username, password }) => username !== '' || password !== '');
  const file = values['password-file'];
  return {
    kind,
    urls: parsed.map(withoutLogin),
    user: login && decode(login.username),
    password:
      file === undefined ? login && decode(login.password) : await readSecret('--password-file', file, 'password'),
    ca: values.ca === undefined ? undefined : await readCertificates('--ca', values.ca),
  };
}

function parse(kind: StoreKind, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && SCHEMES[kind].includes(url.protocol) && url.hostname !== '' && isDecodable(url)) {
    // The clients make a number of the path.
    if (kind !== 'redis' || /^\/?\d*$/.test(url.pathname)) return url;
  }
  // A password is not repeated.
  const shown = text.replace(/^(.*\/\/)?.*@/, '$1***@');
  throw new UsageError(`--${kind} "${shown}" is not an address: use ${EXAMPLES[kind]}`);
}

function withoutLogin(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  return bare;
}

/** A percent sign of a login stands for itself only as `%25`. */
function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

const decode = (text: string): string | undefined => (text === '' ? undefined : decodeURIComponent(text));
