import type { CommandLine } from '../options.js';
import { readSecret } from '../read-file.js';
import { UsageError } from '../usage-error.js';
import type { StoreKind } from './store-kind.js';

/** How to log in to a server. */
export interface Login {
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** The text of a `.creds` file of NATS, which replaces user and password. */
  readonly credentials?: string;
}

/** The environment variables with a password. Arguments are visible in the list of processes. */
export const STORE_PASSWORD = 'HEALTH_STORE_PASSWORD';
const CREDENTIALS = '--nats-credentials-file';
export const SENTINEL_PASSWORD = 'HEALTH_SENTINEL_PASSWORD';

/** The login of the store. A user of NATS without a password is a token. Throws `UsageError`. */
export async function loginOf(
  kind: StoreKind,
  urls: readonly URL[],
  { 'password-file': file, 'nats-credentials-file': credentialsFile }: CommandLine['values'],
  environment: NodeJS.ProcessEnv,
): Promise<Login> {
  const { user, password: inAddress } = loginIn(kind, urls);
  if (credentialsFile !== undefined) {
    if (kind !== 'nats') throw new UsageError(`${CREDENTIALS} has no effect with --${kind}: leave it out`);
    if (user !== undefined || inAddress !== undefined || file !== undefined) {
      const other = file === undefined ? 'the login in --nats' : '--password-file';
      throw new UsageError(`${CREDENTIALS} and ${other} exclude each other: give one of them`);
    }
    return { user, password: undefined, credentials: await readCredentials(credentialsFile) };
  }
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

/** A user of NATS as a signed token, and the seed of its key, as `nsc` writes them. */
async function readCredentials(path: string): Promise<string> {
  const text = await readSecret(CREDENTIALS, path, 'login of NATS');
  // The clients of NATS require a line feed at the end, and no carriage returns.
  if (/BEGIN NATS USER JWT[^]+BEGIN USER NKEY SEED/.test(text)) return `${text.replaceAll('\r\n', '\n')}\n`;
  throw new UsageError(
    `${CREDENTIALS} ${path} is no .creds file of NATS: give the file that "nsc generate creds" writes`,
  );
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
