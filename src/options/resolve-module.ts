import type { ConfigurationFault } from '../errors/fault.js';
import { asyncOptionsMissing } from '../errors/messages.js';
import { MODULE_DEFAULTS, STATUS_CODES } from './defaults.js';
import { Environment } from './environment.js';
import { Faults, type FaultsAt } from './faults.js';
import type { HealthModuleOptions } from './health-module-options.js';
import type { HealthSettings } from './health-settings.js';
import type { HealthIndicatorOptions } from './indicator-options.js';
import { JSON_SHAPES } from './json-shape.js';
import { resolveAccess } from './module-options/access.js';
import { resolveAliases } from './module-options/aliases.js';
import { resolveComposites } from './module-options/composites.js';
import { resolveEndpoints } from './module-options/endpoints.js';
import { resolveGroups } from './module-options/groups.js';
import { resolveHeaders } from './module-options/headers.js';
import { resolveLogLevels, loggingRule } from './module-options/logging.js';
import { PLACE, record, entriesOf, path } from './module-options/module-rules.js';
import { resolveRateLimit } from './module-options/rate-limit.js';
import { pathsOf } from './module-options/shared-paths.js';
import { resolveStatusCodes } from './module-options/status-codes.js';
import { resolveIdentity } from './module-options/service-identity.js';
import { resolveShutdown } from './module-options/shutdown.js';
import { CHECKED_ELSEWHERE, OptionReader, type RuleTable } from './option-reader.js';
import { checkIndicatorOptions, indicatorOptionsFromEnvironment } from './resolve-indicator.js';
import { type Rule, duration, matching, oneOf, whole } from './rules.js';

const prefix = matching(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a text of letters, digits and "_", and not empty, as "HEALTH_"');
const decorators: Rule<readonly never[]> = {
  expected: 'a list of decorators',
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'function'),
};

const RULES = {
  path,
  deadline: duration(1),
  maxConcurrency: whole(1, 1_000_000),
  retryAfter: whole(0, 86_400),
  format: oneOf(JSON_SHAPES),
  decorators,
  logging: loggingRule,
  endpoints: CHECKED_ELSEWHERE,
  aliases: CHECKED_ELSEWHERE,
  groups: CHECKED_ELSEWHERE,
  composites: CHECKED_ELSEWHERE,
  defaults: CHECKED_ELSEWHERE,
  indicators: CHECKED_ELSEWHERE,
  statusCodes: CHECKED_ELSEWHERE,
  headers: CHECKED_ELSEWHERE,
  access: CHECKED_ELSEWHERE,
  rateLimit: CHECKED_ELSEWHERE,
  service: CHECKED_ELSEWHERE,
  shutdown: CHECKED_ELSEWHERE,
  environmentPrefix: CHECKED_ELSEWHERE,
} satisfies RuleTable<HealthModuleOptions>;

/** The resolved options and their faults. The faults are not thrown, because those of indicators are reported with them. */
export interface ResolvedOptions {
  readonly settings: HealthSettings;
  readonly environment: Environment;
  readonly faults: readonly ConfigurationFault[];
}

export function resolveModuleOptions(
  given: HealthModuleOptions,
  variables: NodeJS.ProcessEnv = process.env,
): ResolvedOptions {
  const faults = new Faults();
  const at = faults.at(PLACE);
  const options = record.accepts(given) ? given : {};
  if (given === undefined) faults.add(asyncOptionsMissing('HealthModule.forRootAsync()', 'undefined'));
  else if (!record.accepts(given)) at.outOfRange(given, record);
  const environment = new Environment(resolvePrefix(options, at), variables);
  const own = new OptionReader(at, options, [], environment).readAll(RULES);

  const access = resolveAccess(options.access, environment, at.option('access'));
  const isProduction = variables['NODE_ENV'] === 'production';
  const ofEndpoints = resolveEndpoints(options, isProduction || access !== undefined, environment, at);
  const { endpoints } = ofEndpoints;
  const statusCodesAt = at.option('statusCodes');
  const statusCodes = resolveStatusCodes(STATUS_CODES, statusCodesAt, options.statusCodes, ['statusCode'], environment);
  const { groups, deadlines } = resolveGroups(options, { ...ofEndpoints, statusCodes }, at.option('groups'));

  const settings: HealthSettings = {
    path: (own.path ?? MODULE_DEFAULTS.path).replace(/^\/|\/$/g, ''),
    endpoints,
    aliases: resolveAliases(options, environment, at.option('aliases')),
    groups,
    composites: resolveComposites(options, at.option('composites')),
    deadline: own.deadline ?? MODULE_DEFAULTS.deadline,
    deadlines,
    maxConcurrency: own.maxConcurrency ?? MODULE_DEFAULTS.maxConcurrency,
    defaults: resolveDefaults(options, environment, at.option('defaults')),
    indicators: resolveIndicators(options, at.option('indicators')),
    statusCodes,
    retryAfter: own.retryAfter ?? MODULE_DEFAULTS.retryAfter,
    headers: resolveHeaders(options, at.option('headers')),
    format: own.format ?? MODULE_DEFAULTS.format,
    access,
    rateLimit: resolveRateLimit(options, environment, at.option('rateLimit')),
    identity: resolveIdentity(options.service, variables, at.option('service')),
    decorators: own.decorators ?? [],
    shutdown: resolveShutdown(options, environment, variables, at.option('shutdown')),
    logging: (own.logging ?? MODULE_DEFAULTS.logging) !== false,
    logLevels: resolveLogLevels(options, at.option('logging')),
  };
  faults.add(...pathsOf(settings).faults);
  return { settings, environment, faults: faults.list };
}

function resolvePrefix({ environmentPrefix: given }: HealthModuleOptions, at: FaultsAt): string | false {
  if (given === undefined) return MODULE_DEFAULTS.environmentPrefix;
  if (given === false || prefix.accepts(given)) return given;
  at.option('environmentPrefix').outOfRange(given, { expected: `${prefix.expected}, or false` });
  return false;
}

function resolveDefaults(
  { defaults }: HealthModuleOptions,
  environment: Environment,
  at: FaultsAt,
): HealthIndicatorOptions {
  return {
    ...checkIndicatorOptions(defaults, at),
    ...indicatorOptionsFromEnvironment('default', environment, at.faults),
  };
}

function resolveIndicators({ indicators = {} }: HealthModuleOptions, at: FaultsAt): HealthSettings['indicators'] {
  return Object.fromEntries(
    entriesOf(indicators, at).map(([name, options]) => [name, checkIndicatorOptions(options, at.entry(name))]),
  );
}
