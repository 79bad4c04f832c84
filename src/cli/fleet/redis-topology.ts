import type { CommandLine } from '../options.js';
import { UsageError } from '../usage-error.js';
import { type Login, SENTINEL_PASSWORD, passwordOf } from './store-login.js';

/** The kind of servers at the addresses of `--redis`. */
export type RedisTopology =
  | { readonly kind: 'server' }
  | { readonly kind: 'cluster' }
  /** `name`: the name of the Redis that the sentinels monitor. `login`: the login of the sentinels. */
  | { readonly kind: 'sentinels'; readonly name: string; readonly login: Login };

/** Throws `UsageError`. */
export async function redisTopologyOf(
  urls: readonly URL[],
  values: CommandLine['values'],
  environment: NodeJS.ProcessEnv,
): Promise<RedisTopology> {
  const { 'redis-sentinel': name, 'redis-cluster': isCluster } = values;
  const { 'sentinel-user': user, 'sentinel-password-file': file } = values;
  if (isCluster && name !== undefined) {
    throw new UsageError('--redis-sentinel and --redis-cluster exclude each other: give one of them');
  }
  const ofSentinels = (['sentinel-user', 'sentinel-password-file'] as const).find((each) => values[each] !== undefined);
  if (ofSentinels !== undefined && name === undefined) {
    throw new UsageError(`--${ofSentinels} needs --redis-sentinel <name>`);
  }
  if (new Set(urls.map(databaseOf)).size > 1) {
    throw new UsageError('--redis: the addresses have different databases: give the same one in each address');
  }
  if (name !== undefined) {
    if (name.trim() === '') {
      throw new UsageError('--redis-sentinel is empty: give the name of the Redis that the sentinels monitor');
    }
    const password = await passwordOf('--sentinel-password-file', file, environment[SENTINEL_PASSWORD]);
    return { kind: 'sentinels', name, login: { user, password } };
  }
  if (isCluster) {
    const database = urls.map(databaseOf).find((each) => each !== 0);
    if (database === undefined) return { kind: 'cluster' };
    throw new UsageError(`--redis names the database ${database}: a cluster has none, leave it out`);
  }
  if (urls.length === 1) return { kind: 'server' };
  throw new UsageError(
    `--redis has ${urls.length} addresses: give --redis-sentinel <name> if they are sentinels, or --redis-cluster if they ` +
      'are nodes of a cluster',
  );
}

/** The number of the database in an address. */
export const databaseOf = ({ pathname }: URL): number => Number(pathname.slice(1));
