import type { CommandLine } from '../options.js';
import { readSecret } from '../read-file.js';
import { UsageError } from '../usage-error.js';
import type { StoreKind } from './store-kind.js';

/** How to log in to a server. */
export interface Login {
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** The environment variables with a password. Arguments are visible in the list of processes. */
export const STORE_PASSWORD = 'HEALTH_STORE_PASSWORD';
export const SENTINEL_PASSWORD = 'HEALTH_SENTINEL_PASSWORD';

/** The login of the store. A user of NATS without a password is a token. Throws `UsageError`. */
export async function loginOf(
  kind: StoreKind,
  urls: readonly URL[],
  { 'password-file': file }: CommandLine['values'],
  environment: NodeJS.ProcessEnv,
): Promise<Login> {
  const { user, password: inAddress } = loginIn(kind, urls);
  if (file !== undefined && inAddress !== undefined) {
    throw new UsageError(`--password-file ${file}: --${kind} has a password too: leave one of them out`);
  }
  const password = await passwordOf('--password-file', file, inAddress ?? environment[STORE_PASSWORD]);
  if (kind === 'nats' && password === undefined) return { user: undefined, password: user };
  if (kind === 'etcd' && user === undefined && password !== undefined) {
    throw new UsageError('--etcd: the password has no user: use http://user@host:2379');
  }
  return { user, password };
}

/** The password in the file of an option, or in the environment. Undefined: none is given. */
export async function passwordOf(
  option: string,
  file: string | undefined,
  given: string | undefined,
): Promise<string | undefined> {
  if (file !== undefined) return readSecret(option, file, 'password');
  return given === '' ? undefined : given;
}

function loginIn(kind: StoreKind, urls: readonly URL[]): Login {
  const logins = urls.filter(({ username, password }) => username !== '' || password !== '');
  const [login] = logins;
  if (logins.some(({ username, password }) => username !== login?.username || password !== login.password)) {
    throw new UsageError(`--${kind}: the addresses have different logins: give one login, in the first address`);
  }
  return { user: login && decode(login.username), password: login && decode(login.password) };
}

const decode = (text: string): string | undefined => (text === '' ? undefined : decodeURIComponent(text));
