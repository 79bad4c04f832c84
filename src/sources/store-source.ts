import { onOneLine } from '../core/bounded-text.js';
import type { Rule } from '../options/rules.js';
import type { HealthStore } from '../stores/health-store.js';
import { checkPrefix, storeKeyParts } from '../stores/store-key.js';
import { readOptions } from '../stores/store-options.js';
import type { ConfigurationSource } from './configuration-source.js';

/** Options of `storeSource()`. */
export interface StoreSourceOptions {
  /** The store, such as `redisStore({ client })`. Required. */
  readonly store: HealthStore;
  /**
   * The beginning of the keys: a collection and a slash, such as `config-orders/`. The rest of a key is the name of an indicator.
   * Required. A prefix for each service keeps the options of services apart.
   */
  readonly prefix: string;
}

const store: Rule<HealthStore> = {
  expected: 'a store, such as redisStore({ client })',
  accepts: (value) =>
    typeof value === 'object' && value !== null && 'watch' in value && typeof value.watch === 'function',
};

/**
 * Reads options of indicators from a store: for each key after the prefix, the options of the indicator of that name as a JSON object,
 * such as `{ "timeout": 500, "critical": false }`. Throws a `HealthConfigurationError` for a malformed option.
 *
 * @example
 * storeSource({ store: redisStore({ client }), prefix: 'config-orders/' })
 */
export function storeSource(options: StoreSourceOptions): ConfigurationSource {
  const { from, prefix } = readOptions('storeSource()', options, (reader) => {
    reader.refuseUnknown(['store', 'prefix']);
    if (options?.store === undefined) reader.at.option('store').missing(store);
    return { from: reader.read('store', store, options?.store), prefix: options?.prefix };
  });
  checkPrefix('storeSource()', prefix);
  const nameOf = (key: string): string => storeKeyParts(key.slice(prefix.length)).join('/');
  return {
    name: onOneLine(`${from.name} "${prefix}"`),
    watch: (observer) =>
      from.watch(prefix, {
        snapshot: (entries) => observer.snapshot(new Map([...entries].map(([key, text]) => [nameOf(key), text]))),
        put: (key, text) => observer.put(nameOf(key), text),
        removed: (key) => observer.removed(nameOf(key)),
        connected: () => observer.connected(),
        disconnected: (error) => observer.disconnected(error),
        failed: (error) => observer.failed(error),
      }),
  };
}
