import { PROBES, type GroupDefinition } from '../core/registry.js';
import { type ReportStatus, isHealthStatus } from '../core/status.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { endpointPathShared, headerReserved, minDelayAboveMaxDelay, optionOutOfRange } from '../errors/messages.js';
import {
  ALIASES,
  ENDPOINT_VIEWS,
  KUBERNETES_MIN_DELAY,
  MODULE_DEFAULTS,
  SHUTDOWN_DEFAULTS,
  STATUS_CODES,
} from './defaults.js';
import { Environment } from './environment.js';
import {
  type AccessOptions,
  type ChangeLevels,
  type EndpointName,
  type GroupOptions,
  type HealthLogLevel,
  type HealthModuleOptions,
  LOG_LEVELS,
} from './health-module-options.js';
import type { AccessSettings, EndpointSettings, HealthSettings, ShutdownSettings } from './health-settings.js';
import type { HealthIndicatorOptions } from './indicator-options.js';
import { JSON_SHAPES } from './json-shape.js';
import { checkName } from './names.js';
import { OptionReader } from './option-reader.js';
import { checkIndicatorOptions, indicatorOptionsFromEnvironment } from './resolve-indicator.js';
import { type Rule, callable, flag, matching, milliseconds, oneOf, show, whole, words } from './rules.js';
import { resolveServiceIdentity } from './service-identity.js';
import { type HealthView, VIEWS } from './view.js';

const PLACE = 'HealthModule options';

const OPTION_NAMES: readonly (keyof HealthModuleOptions)[] = [
  'path',
  'endpoints',
  'aliases',
  'groups',
  'deadline',
  'maxConcurrency',
  'defaults',
  'indicators',
  'statusCodes',
  'retryAfter',
  'headers',
  'format',
  'access',
  'service',
  'shutdown',
  'decorators',
  'environmentPrefix',
  'logging',
];

const path = matching(
  /^\/?[A-Za-z0-9._~-]+(?:\/[A-Za-z0-9._~-]+)*\/?$/,
  'a path of letters, digits, "-", ".", "_" and "~", and not empty, as "health" or "internal/health"',
);
const segment = matching(/^[A-Za-z0-9._~-]+$/, 'one part of a path: letters, digits, "-", ".", "_" and "~"');
const prefix = matching(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a text of letters, digits and "_", and not empty, as "HEALTH_"');
const record: Rule<Readonly<Record<string, unknown>>> = {
  expected: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
const decorators: Rule<readonly never[]> = {
  expected: 'a list of decorators',
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'function'),
};
const keys: Rule<readonly string[]> = {
  expected: 'a key, or a list of keys, none of them empty',
  accepts: (value) => words.accepts(typeof value === 'string' ? [value] : value),
  read: (text) => {
    const list = words.read?.(text) ?? [];
    return list.length > 0 ? list : undefined;
  },
};
const group: Rule<readonly string[] | GroupOptions> = {
  expected: 'a list of names of indicators, or { indicators, tags }',
  accepts: (value) => words.accepts(value) || record.accepts(value),
};
const logging: Rule = {
  expected: 'true, false or { levels }',
  accepts: (value) => flag.accepts(value) || record.accepts(value),
  ...(flag.read && { read: flag.read }),
  expectedOfVariable: flag.expected,
};
const logLevel: Rule<HealthLogLevel | false> = {
  expected: `${oneOf(LOG_LEVELS).expected} or false`,
  accepts: (value) => value === false || oneOf(LOG_LEVELS).accepts(value),
};
const headerValue = matching(/^[\t\x20-\x7e]*$/, 'a text that can stand in a header: printable ASCII on one line');
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
/** Headers that the answer sets itself, or that would contradict its framing. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'retry-after',
  'transfer-encoding',
  'www-authenticate',
  'x-health-checked-at',
  'x-health-status',
  'x-service-version',
]);

/** For options that have no variables. */
const withoutVariables = new Environment(false);

/** What the options come to, and everything that is wrong with them. Nothing is thrown: faults of indicators follow. */
export interface ResolvedOptions {
  readonly settings: HealthSettings;
  readonly environment: Environment;
  readonly faults: ConfigurationFault[];
}

export function resolveModuleOptions(
  given: HealthModuleOptions,
  variables: NodeJS.ProcessEnv = process.env,
): ResolvedOptions {
  const faults: ConfigurationFault[] = [];
  const options = record.accepts(given) ? given : {};
  if (!record.accepts(given)) faults.push(optionOutOfRange(PLACE, show(given), record.expected));
  const environment = new Environment(resolvePrefix(options, faults), variables);
  const reader = new OptionReader(PLACE, options, [], environment, faults);
  reader.refuseUnknown(OPTION_NAMES);

  const access = resolveAccess(options.access, environment, faults);
  const deadline = reader.read('deadline', milliseconds(1), MODULE_DEFAULTS.deadline);
  const isProduction = variables['NODE_ENV'] === 'production';
  const { endpoints, deadlines } = resolveEndpoints(options, isProduction || access !== undefined, environment, faults);

  const settings: HealthSettings = {
    path: reader.read('path', path, MODULE_DEFAULTS.path).replace(/^\/|\/$/g, ''),
    endpoints,
    aliases: resolveAliases(options, environment, faults),
    groups: resolveGroups(options, faults),
    deadline,
    deadlines,
    maxConcurrency: reader.read('maxConcurrency', whole(1, 1_000_000), MODULE_DEFAULTS.maxConcurrency),
    defaults: resolveDefaults(options, environment, faults),
    indicators: resolveIndicators(options, faults),
    statusCodes: resolveStatusCodes(options, environment, faults),
    retryAfter: reader.read('retryAfter', whole(0, 86_400), MODULE_DEFAULTS.retryAfter),
    headers: resolveHeaders(options, faults),
    format: reader.read('format', oneOf(JSON_SHAPES), MODULE_DEFAULTS.format),
    access,
    identity: resolveIdentity(options, variables, faults),
    decorators: reader.read('decorators', decorators, []),
    shutdown: resolveShutdown(options, environment, variables, faults),
    logging: reader.read<unknown>('logging', logging, MODULE_DEFAULTS.logging) !== false,
    logLevels: resolveLogLevels(options, faults),
  };
  return { settings, environment, faults };
}

function resolvePrefix(
  { environmentPrefix: given }: HealthModuleOptions,
  faults: ConfigurationFault[],
): string | false {
  if (given === undefined) return MODULE_DEFAULTS.environmentPrefix;
  if (given === false || prefix.accepts(given)) return given;
  faults.push(optionOutOfRange(`${PLACE}, environmentPrefix`, show(given), `${prefix.expected}, or false`));
  return false;
}

function resolveEndpoints(
  options: HealthModuleOptions,
  narrowsFull: boolean,
  environment: Environment,
  faults: ConfigurationFault[],
): Pick<HealthSettings, 'endpoints' | 'deadlines'> {
  const endpoints: Partial<Record<EndpointName, EndpointSettings>> = {};
  const deadlines: Record<string, number> = {};
  const names = Object.keys(ENDPOINT_VIEWS) as EndpointName[];
  new OptionReader(`${PLACE}, endpoints`, options.endpoints, [], environment, faults).refuseUnknown(names);

  for (const name of names) {
    const given = options.endpoints?.[name] ?? true;
    const place = `${PLACE}, endpoints.${name}`;
    if (!flag.accepts(given) && !record.accepts(given)) {
      faults.push(optionOutOfRange(place, show(given), 'true, false or an object'));
    }
    const reader = new OptionReader(place, typeof given === 'object' ? given : {}, [name], environment, faults);
    const isProbe = PROBES.some((probe) => probe === name);
    reader.refuseUnknown(isProbe ? ['path', 'view', 'deadline'] : ['view']);

    const view = reader.read<HealthView | undefined>('view', oneOf(VIEWS), undefined);
    const isNarrowed = view === undefined && ENDPOINT_VIEWS[name] === 'full' && narrowsFull;
    endpoints[name] = {
      enabled: environment.read([name, 'enabled'], flag, faults) ?? given !== false,
      path: isProbe ? reader.read('path', segment, name) : '',
      view: view ?? (isNarrowed ? 'components' : ENDPOINT_VIEWS[name]),
      isNarrowed,
    };
    if (!isProbe) continue;
    const deadline = reader.read<number | undefined>('deadline', milliseconds(1), undefined);
    if (deadline !== undefined) deadlines[name] = deadline;
  }
  faults.push(...sharedPaths(Object.entries(endpoints)));
  return { endpoints: endpoints as HealthSettings['endpoints'], deadlines };
}

function sharedPaths(endpoints: readonly [string, EndpointSettings][]): ConfigurationFault[] {
  const places = new Map<string, string[]>();
  for (const [name, { enabled, path: own }] of endpoints) {
    if (enabled && own !== '') places.set(own, [...(places.get(own) ?? []), `the endpoint "${name}"`]);
  }
  return [...places]
    .filter(([, sharing]) => sharing.length > 1)
    .map(([own, sharing]) => endpointPathShared(own, sharing));
}

function resolveAccess(
  access: AccessOptions | undefined,
  environment: Environment,
  faults: ConfigurationFault[],
): AccessSettings | undefined {
  const place = `${PLACE}, access`;
  if (access !== undefined && !record.accepts(access)) {
    faults.push(optionOutOfRange(place, 'a value that is not shown', record.expected));
    return undefined;
  }
  const reader = new OptionReader(place, access, [], environment, faults);
  reader.refuseUnknown(['authorize', 'apiKeys']);
  const apiKeys = reader.read<string | readonly string[]>('apiKeys', keys, [], true);
  const authorize = reader.read<unknown>('authorize', callable, undefined) as AccessOptions['authorize'];
  const list = typeof apiKeys === 'string' ? [apiKeys] : apiKeys;
  return authorize || list.length > 0 ? { authorize, apiKeys: list } : undefined;
}

function resolveAliases(
  { aliases }: HealthModuleOptions,
  environment: Environment,
  faults: ConfigurationFault[],
): HealthSettings['aliases'] {
  const place = `${PLACE}, aliases`;
  const fromEnvironment = environment.read(['aliases'], flag, faults);
  const given = fromEnvironment ?? aliases ?? false;
  if (typeof given === 'boolean') return new Map(given ? Object.entries(ALIASES) : []);
  const resolved = new Map<string, 'live' | 'ready' | 'startup'>();
  if (!record.accepts(given)) {
    faults.push(optionOutOfRange(place, show(given), 'true, false, or an object of paths and probes'));
    return resolved;
  }
  const probe = oneOf(['live', 'ready', 'startup']);
  for (const [alias, target] of Object.entries(given)) {
    if (!path.accepts(alias)) faults.push(optionOutOfRange(place, show(alias), path.expected));
    else if (!probe.accepts(target)) faults.push(optionOutOfRange(`${place}, ${alias}`, show(target), probe.expected));
    else resolved.set(`/${alias.replace(/^\/|\/$/g, '')}`, target);
  }
  return resolved;
}

function resolveGroups({ groups = {} }: HealthModuleOptions, faults: ConfigurationFault[]): HealthSettings['groups'] {
  const resolved = new Map<string, GroupDefinition>();
  for (const [name, given] of entriesOf(`${PLACE}, groups`, groups, faults)) {
    const place = `${PLACE}, groups.${name}`;
    if (!checkName(place, name, faults)) continue;
    if (!group.accepts(given)) {
      faults.push(optionOutOfRange(place, show(given), group.expected));
      continue;
    }
    const reader = new OptionReader(place, isList(given) ? { indicators: given } : given, [], withoutVariables, faults);
    reader.refuseUnknown(['indicators', 'tags']);
    resolved.set(name, { indicators: reader.read('indicators', words, []), tags: reader.read('tags', words, []) });
  }
  return resolved;
}

function entriesOf<T>(place: string, value: Readonly<Record<string, T>>, faults: ConfigurationFault[]): [string, T][] {
  if (record.accepts(value)) return Object.entries(value);
  faults.push(optionOutOfRange(place, show(value), record.expected));
  return [];
}

function isList(value: readonly string[] | GroupOptions): value is readonly string[] {
  return Array.isArray(value);
}

function resolveDefaults(
  { defaults }: HealthModuleOptions,
  environment: Environment,
  faults: ConfigurationFault[],
): HealthIndicatorOptions {
  return {
    ...checkIndicatorOptions({ place: `${PLACE}, defaults`, options: defaults }, faults),
    ...indicatorOptionsFromEnvironment('default', environment, faults),
  };
}

function resolveIndicators(
  { indicators = {} }: HealthModuleOptions,
  faults: ConfigurationFault[],
): HealthSettings['indicators'] {
  return Object.fromEntries(
    entriesOf(`${PLACE}, indicators`, indicators, faults).map(([name, options]) => [
      name,
      checkIndicatorOptions({ place: `${PLACE}, indicators.${name}`, options }, faults),
    ]),
  );
}

function resolveStatusCodes(
  { statusCodes }: HealthModuleOptions,
  environment: Environment,
  faults: ConfigurationFault[],
): HealthSettings['statusCodes'] {
  const reader = new OptionReader(`${PLACE}, statusCodes`, statusCodes, ['statusCode'], environment, faults);
  const statuses = Object.keys(STATUS_CODES) as ReportStatus[];
  reader.refuseUnknown(statuses);
  const codes: Record<string, number> = {};
  for (const status of statuses) codes[status] = reader.read(status, whole(200, 599), STATUS_CODES[status]);
  return codes as HealthSettings['statusCodes'];
}

const delay: Rule<'auto' | number> = {
  expected: `"auto", or ${milliseconds(0).expected}`,
  accepts: (value) => value === 'auto' || milliseconds(0).accepts(value),
  read: (text) => (text === 'auto' ? text : milliseconds(0).read?.(text)),
};

const text = matching(/^[^]+$/, 'a text that is not empty');

function resolveIdentity(
  { service }: HealthModuleOptions,
  variables: NodeJS.ProcessEnv,
  faults: ConfigurationFault[],
): HealthSettings['identity'] {
  const rules = { name: text, version: headerValue, environment: text, commit: text };
  // The variables of the service have names of their own, which begin with no prefix.
  const reader = new OptionReader(`${PLACE}, service`, service, [], withoutVariables, faults);
  reader.refuseUnknown(Object.keys(rules));
  const given: Record<string, string> = {};
  for (const [field, rule] of Object.entries(rules)) {
    const value = reader.read<string | undefined>(field, rule, undefined);
    if (value !== undefined) given[field] = value;
  }
  const { version, ...identity } = resolveServiceIdentity(given, variables);
  // It goes into a header: what cannot stand there is left out, wherever it was found.
  return version !== undefined && headerValue.accepts(version) ? { ...identity, version } : identity;
}

function resolveShutdown(
  { shutdown }: HealthModuleOptions,
  environment: Environment,
  variables: NodeJS.ProcessEnv,
  faults: ConfigurationFault[],
): ShutdownSettings {
  const place = `${PLACE}, shutdown`;
  const reader = new OptionReader(place, shutdown, ['shutdown'], environment, faults);
  reader.refuseUnknown(Object.keys(SHUTDOWN_DEFAULTS));
  // Kubernetes sets this variable in every container (kubernetes.io, "Service environment variables").
  const isOnKubernetes = Boolean(variables['KUBERNETES_SERVICE_HOST']);
  const maxDelay = reader.read('maxDelay', milliseconds(0), SHUTDOWN_DEFAULTS.maxDelay);
  const minDelay = isOnKubernetes ? Math.min(KUBERNETES_MIN_DELAY, maxDelay) : SHUTDOWN_DEFAULTS.minDelay;
  const settings: ShutdownSettings = {
    delay: reader.read<'auto' | number>('delay', delay, SHUTDOWN_DEFAULTS.delay),
    minDelay: reader.read('minDelay', milliseconds(0), minDelay),
    maxDelay,
    timeout: reader.read('timeout', milliseconds(0), SHUTDOWN_DEFAULTS.timeout),
  };
  if (settings.minDelay > settings.maxDelay) {
    faults.push(minDelayAboveMaxDelay(place, settings.minDelay, settings.maxDelay));
  }
  return settings;
}

function resolveHeaders(
  { headers = {} }: HealthModuleOptions,
  faults: ConfigurationFault[],
): HealthSettings['headers'] {
  const accepted: Record<string, string> = {};
  for (const [name, value] of entriesOf(`${PLACE}, headers`, headers, faults)) {
    const place = `${PLACE}, headers.${name}`;
    if (!HEADER_NAME.test(name)) faults.push(optionOutOfRange(place, show(name), 'a name of letters, digits and "-"'));
    else if (RESERVED_HEADERS.has(name.toLowerCase())) faults.push(headerReserved(place));
    else if (!headerValue.accepts(value)) faults.push(optionOutOfRange(place, show(value), headerValue.expected));
    else accepted[name.toLowerCase()] = value;
  }
  return accepted;
}

function resolveLogLevels({ logging: given }: HealthModuleOptions, faults: ConfigurationFault[]): ChangeLevels {
  if (!record.accepts(given) || typeof given !== 'object') return {};
  const place = `${PLACE}, logging`;
  new OptionReader(place, given, [], withoutVariables, faults).refuseUnknown(['levels']);
  const levels: Record<string, HealthLogLevel | false> = {};
  for (const [change, level] of entriesOf(`${place}.levels`, given.levels ?? {}, faults)) {
    const statuses = change.split('->');
    if (statuses.length > 2 || !statuses.every(isHealthStatus)) {
      faults.push(optionOutOfRange(`${place}.levels`, show(change), 'a status, or two as "UP->DOWN"'));
    } else if (!logLevel.accepts(level)) {
      faults.push(optionOutOfRange(`${place}.levels.${change}`, show(level), logLevel.expected));
    } else levels[change] = level;
  }
  return levels;
}
