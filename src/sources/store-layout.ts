import { storeKey } from '../stores/store-key.js';
import type { SourceApplication, SourceEntry } from './configuration-source.js';

/** The name of no indicator, because those begin with a letter or a digit. */
const INSTANCES = '_instances';

/** The keys of one application below the prefix of a source. */
export interface StoreLayout {
  /** The beginning of all its keys. */
  readonly prefix: string;
  /** The place of an entry, from its key after the prefix. Undefined: it belongs to another instance. */
  entryOf(rest: string): SourceEntry | undefined;
}

/** All applications with this prefix have the same options. */
export function flatLayout(prefix: string): StoreLayout {
  return { prefix, entryOf: (indicator) => ({ indicator }) };
}

/**
 * `<prefix><service>/<indicator>` and `<prefix><service>/_instances/<instance>/<indicator>`. The names of the service and the
 * instance are one segment each, written as by `storeKey()`.
 */
export function serviceLayout(prefix: string, service: string, { instance }: SourceApplication): StoreLayout {
  const own = `${storeKey(INSTANCES, instance)}/`;
  return {
    prefix: `${prefix}${storeKey(service)}/`,
    entryOf(rest) {
      if (rest.startsWith(own)) return { indicator: rest.slice(own.length), scope: 'instance' };
      const [first, other, indicator] = rest.split('/');
      // A key without an indicator is no entry of an instance. It is listed as unknown.
      return first === INSTANCES && other !== undefined && indicator !== undefined ? undefined : { indicator: rest };
    },
  };
}
