import type { HealthStore } from '../health-store.js';
import { type RuleTable, readOptions } from '../../options/option-reader.js';
import { type Rule, nonBlank, secret } from '../../options/rules.js';
import { storeOf } from '../store-of.js';
import { STORE_RULES, type StoreOptions, readCommonOptions } from '../store-options.js';
import { ConsulBackend } from './consul-backend.js';
import { ConsulApi } from './consul-api.js';

/** Options of `consulStore()`. */
export interface ConsulStoreOptions extends StoreOptions {
  /** The address of an agent or a server of Consul. Default: `http://127.0.0.1:8500`, the agent of the machine. */
  readonly url?: string;
  /** The ACL token. It is sent as a header, and no message shows it. Default: none. */
  readonly token?: string;
}

const DEFAULT_URL = 'http://127.0.0.1:8500';

const address: Rule<URL> = {
  isSecret: true,
  expected: 'an http: or https: URL without credentials, such as "http://127.0.0.1:8500"',
  accepts: (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) return false;
    const { protocol, username, password } = new URL(value);
    return /^https?:$/.test(protocol) && username === '' && password === '';
  },
  convert: (value) => new URL(String(value)),
};

const RULES = { url: address, token: secret(nonBlank), ...STORE_RULES } satisfies RuleTable<ConsulStoreOptions>;

/**
 * Creates a store in the KV store of Consul, over its HTTP API. Throws a `HealthConfigurationError` for a malformed option. The store
 * sends nothing before it is used.
 *
 * @example
 * const store = consulStore({ token: process.env.CONSUL_HTTP_TOKEN });
 */
export function consulStore(options: ConsulStoreOptions = {}): HealthStore {
  const settings = readOptions('consulStore()', options, (reader) => {
    reader.refuseUnknown(RULES);
    return {
      ...readCommonOptions(reader),
      url: reader.read('url', RULES.url, new URL(DEFAULT_URL)),
      token: reader.read<string | undefined>('token', RULES.token, undefined),
    };
  });
  const { timeout } = settings;
  return storeOf(new ConsulBackend(new ConsulApi(settings), settings.namespace, timeout), timeout);
}
