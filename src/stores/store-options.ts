import { isRecord } from '../core/is-record.js';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import type { Duration } from '../options/duration.js';
import { type OptionReader, type RuleTable, readOptions } from '../options/option-reader.js';
import { type Rule, duration, matching } from '../options/rules.js';

/** Options that every store outside this process has. */
export interface StoreOptions {
  /**
   * The beginning of every key that is read or written: up to 100 letters, digits, ".", "_", "-" and ":", but
   * not "." or "..". Applications with different namespaces do not see each other. Default: `nest-vitals`.
   */
  readonly namespace?: string;
  /** Milliseconds that one operation may take. Default: 2000. */
  readonly timeout?: Duration;
}

/** The options that every store has, with their defaults. */
export interface StoreSettings {
  readonly namespace: string;
  /** Milliseconds. */
  readonly timeout: number;
}

export const DEFAULT_TIMEOUT = 2000;
const DEFAULT_NAMESPACE = 'nest-vitals';
export const timeoutRule = duration(1);
const namespaceRule = matching(
  /^(?!\.\.?$)[A-Za-z0-9._:-]{1,100}$/,
  'up to 100 letters, digits, ".", "_", "-" and ":", but not "." or ".."',
);

/** The rules of the options that every store has. */
export const STORE_RULES = { namespace: namespaceRule, timeout: timeoutRule } satisfies RuleTable<StoreOptions>;

/**
 * Reads the options of a store. `accepts` is the test for its client, and `expected` describes the accepted clients. Throws one
 * `HealthConfigurationError` with every configuration fault.
 */
export function readStoreOptions<Client>(
  place: string,
  given: StoreOptions & { readonly client: Client },
  accepts: (candidate: unknown) => boolean,
  expected: string,
): StoreSettings & { readonly client: Client } {
  if (accepts(given)) {
    const remedy = 'pass it in an object: { client }';
    throw new HealthConfigurationError([{ place, problem: 'it received the client instead of its options', remedy }]);
  }
  const rule: Rule<Client> = { expected, accepts };
  const rules = { client: rule, ...STORE_RULES } satisfies RuleTable<typeof given>;
  return readOptions(place, given, (reader) => {
    reader.refuseUnknown(rules);
    if (isRecord(given) && given['client'] === undefined) reader.at.option('client').missing(rule);
    return {
      // A client that is missing or wrong is a fault, so its value is not used.
      client: reader.read('client', rule, given?.client),
      ...readCommonOptions(reader),
    };
  });
}

export function readCommonOptions(reader: OptionReader): StoreSettings {
  return {
    namespace: reader.read('namespace', STORE_RULES.namespace, DEFAULT_NAMESPACE),
    timeout: reader.read('timeout', STORE_RULES.timeout, DEFAULT_TIMEOUT),
  };
}
