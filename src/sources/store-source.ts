import { onOneLine } from '../core/bounded-text.js';
import { hasMethods } from '../core/has-methods.js';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import { type RuleTable, readOptions } from '../options/option-reader.js';
import { type Rule, flag, matching } from '../options/rules.js';
import type { HealthStore } from '../stores/health-store.js';
import { checkPrefix } from '../stores/store-key.js';
import type { ConfigurationSource, SourceEntry } from './configuration-source.js';
import { flatLayout, serviceLayout } from './store-layout.js';

/** Options of `storeSource()`. */
export interface StoreSourceOptions {
  /** The store, such as `etcdStore({ client })`. Required. */
  readonly store: HealthStore;
  /**
   * The beginning of the keys, which ends with a slash, such as `config/`. The name of the service follows, then the name of
   * an indicator: `config/orders/payments`. Required.
   */
  readonly prefix: string;
  /**
   * True: the name of an indicator follows the prefix directly, as in `config-all/payments`. All services and instances with
   * this prefix have the same options. Default: false.
   */
  readonly flat?: boolean;
}

const store: Rule<HealthStore> = {
  expected: 'a store, such as etcdStore({ client })',
  accepts: (value) => hasMethods(value, 'watch'),
};
const ending = matching(
  /\/$/,
  'a collection and a slash, such as "config/", and further segments that end with a slash',
);

const RULES = { store, prefix: ending, flat: flag } satisfies RuleTable<StoreSourceOptions>;

/**
 * Reads options of indicators from a store. Each value is a JSON object of options, such as
 * `{ "timeout": 500, "critical": false }`. The keys are `<prefix><service>/<indicator>` for all instances of the service, and
 * `<prefix><service>/_instances/<instance>/<indicator>` for one instance, whose options have precedence. Entries of other
 * services and instances are ignored. Throws a `HealthConfigurationError` for a malformed option.
 *
 * @example
 * storeSource({ store: etcdStore({ client }), prefix: 'config/' })
 */
export function storeSource(options: StoreSourceOptions): ConfigurationSource {
  const { from, prefix, isFlat } = readOptions('storeSource()', options, (reader) => {
    reader.refuseUnknown(RULES);
    if (options?.store === undefined) reader.at.option('store').missing(store);
    if (options?.prefix === undefined) reader.at.option('prefix').missing(ending);
    return {
      from: reader.read('store', RULES.store, options?.store),
      prefix: reader.read('prefix', RULES.prefix, options?.prefix),
      isFlat: reader.read('flat', RULES.flat, false),
    };
  });
  checkPrefix('storeSource()', prefix);
  return {
    name: onOneLine(`${from.name} "${prefix}"`),
    watch(observer, application) {
      const { service } = application;
      if (!isFlat && service === undefined) throw new HealthConfigurationError([serviceMissing(prefix)]);
      const layout = isFlat || service === undefined ? flatLayout(prefix) : serviceLayout(prefix, service, application);
      const entryOf = (key: string): SourceEntry | undefined => layout.entryOf(key.slice(layout.prefix.length));
      return from.watch(layout.prefix, {
        snapshot: (entries) => {
          const own = [...entries].flatMap(([key, text]) => {
            const entry = entryOf(key);
            return entry ? [{ ...entry, options: text }] : [];
          });
          observer.snapshot(own);
        },
        put: (key, text) => {
          const entry = entryOf(key);
          if (entry) observer.put({ ...entry, options: text });
        },
        removed: (key) => {
          const entry = entryOf(key);
          if (entry) observer.removed(entry);
        },
        connected: () => observer.connected(),
        disconnected: (error) => observer.disconnected(error),
        failed: (error) => observer.failed(error),
      });
    },
  };
}

const serviceMissing = (prefix: string): { place: string; problem: string; remedy: string } => ({
  place: 'storeSource()',
  problem: `the keys after "${prefix}" begin with the name of the service, which is not known`,
  remedy: 'set HealthModule.forRoot({ service: { name } }), or use storeSource({ flat: true })',
});
