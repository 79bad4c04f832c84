import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import { Faults, type FaultsAt } from '../options/faults.js';
import type { HealthRequest } from '../options/health-module-options.js';
import { CHECKED_ELSEWHERE, type RuleTable, readerOf } from '../options/option-reader.js';
import { type Rule, callable, flag } from '../options/rules.js';

/**
 * Options of `HealthControlModule.forRoot()`. One of `apiKeys` and `authorize` is required: the control always needs
 * authentication.
 */
export interface HealthControlOptions {
  /**
   * The keys by the name of their owner, a person or a program. The name is the author of each change. A caller sends a key
   * as `X-Health-Key: <key>` or `Authorization: Bearer <key>`. A key has at least 16 characters, and must not be one of
   * `access.apiKeys` of `HealthModule`, which only permit reading. Several keys of one name allow a rotation. Default: none.
   *
   * @example
   * { apiKeys: { alice: process.env.CONTROL_KEY_ALICE } }
   */
  readonly apiKeys?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * Returns the name of the caller, or undefined or false for a caller that may not control. It is called for a request
   * that has a key in one of the two headers, if the key is not one of `apiKeys`. The caller is refused too when the
   * function throws, rejects, or takes longer than 5 s. Default: none.
   *
   * @example
   * { authorize: async ({ headers }) => (await tokens.verify(String(headers['authorization']).slice(7))).email }
   */
  readonly authorize?: (request: HealthRequest) => MaybeName | Promise<MaybeName>;
  /**
   * Whether the port of the application serves the control too. Default: true without a management port. With a management
   * port, the default is false: only that port serves the control.
   */
  readonly mainPort?: boolean;
  /**
   * Whether the page of `HealthDashboardModule` has links to forms, in which an operator disables or runs an indicator, ends
   * its override, refuses traffic, or ends that. Each form requires a key of `apiKeys`, or a token for `authorize`. The page
   * has the links on the ports that serve the control. Default: false.
   */
  readonly forms?: boolean;
}

type MaybeName = string | false | null | undefined;

/** Options of `HealthControlModule.forRootAsync()`. */
export interface HealthControlAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** The providers that are passed to `useFactory`, in this order. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. */
  readonly useFactory: FactoryProvider<HealthControlOptions>['useFactory'];
}

export interface ControlSettings {
  readonly keys: readonly (readonly [key: string, name: string])[];
  readonly authorize: HealthControlOptions['authorize'];
  /** Undefined: it depends on the management port. */
  readonly mainPort: boolean | undefined;
  readonly forms: boolean;
}

export const PLACE = 'HealthControlModule.forRoot()';
const SHORTEST_KEY = 16;

const keyOrKeys: Rule = {
  isSecret: true,
  expected:
    `a key of at least ${SHORTEST_KEY} characters, or a list of at least one such key, without blanks around a key and ` +
    'without control characters',
  accepts: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isKey) : isKey(value)),
};

function isKey(value: unknown): value is string {
  return typeof value === 'string' && value.length >= SHORTEST_KEY && value.trim() === value && !/\p{Cc}/u.test(value);
}

const NAMES: Pick<Rule, 'expected'> = {
  expected: 'an object with the name of the owner of each key: { alice: "…" }',
};
const NAME: Pick<Rule, 'expected'> = { expected: 'a name of 1 to 100 characters without control characters' };

const RULES = {
  apiKeys: CHECKED_ELSEWHERE,
  authorize: callable as Rule<HealthControlOptions['authorize']>,
  mainPort: flag,
  forms: flag,
} satisfies RuleTable<HealthControlOptions>;

/** Whether a text can be the author of a change. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= 100 && !/\p{Cc}/u.test(value);
}

/** Validates the options. Throws one error with every configuration fault. `readKeys`: the keys that may read reports. */
export function resolveControlOptions(
  given: HealthControlOptions,
  readKeys: readonly string[],
  hasPage: boolean,
): ControlSettings {
  const faults = new Faults();
  const reader = readerOf(given, faults.at(PLACE));
  reader.refuseUnknown(RULES);
  const keys = keysOf((given as HealthControlOptions | null)?.apiKeys, reader.at.option('apiKeys'), new Set(readKeys));
  const authorize = reader.read('authorize', RULES.authorize, undefined);
  const mainPort = reader.read<boolean | undefined>('mainPort', RULES.mainPort, undefined);
  const forms = reader.read('forms', RULES.forms, false);
  if (forms && !hasPage) {
    reader.at.add({
      place: `${PLACE}, forms`,
      problem: 'there is no page that links to the forms',
      remedy: "import HealthDashboardModule of 'nest-vitals/dashboard', or remove forms",
    });
  }
  if (faults.isEmpty && keys.length === 0 && !authorize) {
    reader.at.add({
      place: PLACE,
      problem: 'it has neither apiKeys nor authorize, so every caller could control the application',
      remedy: 'set apiKeys or authorize',
    });
  }
  faults.throwIfAny();
  return { keys, authorize, mainPort, forms };
}

function keysOf(given: unknown, at: FaultsAt, readKeys: ReadonlySet<string>): ControlSettings['keys'] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null || Array.isArray(given) || Object.keys(given).length === 0) {
    at.secretMalformed(NAMES);
    return [];
  }
  const owners = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const place = at.option(name);
    if (!isName(name)) at.outOfRange(name, NAME);
    // An empty text is not a secret. It shows that the environment variable is not set.
    else if (value === '') place.outOfRange(value, keyOrKeys);
    else if (!keyOrKeys.accepts(value)) place.secretMalformed(keyOrKeys);
    else addKeys([value as string | string[]].flat(), name, place, owners, readKeys);
  }
  return [...owners];
}

function addKeys(
  keys: readonly string[],
  name: string,
  at: FaultsAt,
  owners: Map<string, string>,
  readKeys: ReadonlySet<string>,
): void {
  for (const key of keys) {
    const owner = owners.get(key);
    if (readKeys.has(key)) {
      at.add({
        place: at.place,
        problem: 'the same key is one of access.apiKeys of HealthModule, so a key for reading would control too',
        remedy: 'use another key for the control',
      });
    } else if (owner !== undefined && owner !== name) {
      at.add({
        place: at.place,
        problem: `${owner} has the same key, so the log would name the wrong author`,
        remedy: 'use a key for each name',
      });
    } else owners.set(key, name);
  }
}
