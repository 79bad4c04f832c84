import type { ReportStatus } from '../core/status.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { asyncOptionsMissing, optionOutOfRange } from '../errors/messages.js';
import { MODULE_DEFAULTS, STATUS_CODES } from './defaults.js';
import { Environment } from './environment.js';
import type { HealthModuleOptions } from './health-module-options.js';
import type { HealthSettings } from './health-settings.js';
import type { HealthIndicatorOptions } from './indicator-options.js';
import { JSON_SHAPES } from './json-shape.js';
import { resolveAccess } from './module-options/access.js';
import { resolveAliases } from './module-options/aliases.js';
import { resolveEndpoints } from './module-options/endpoints.js';
import { resolveGroups } from './module-options/groups.js';
import { resolveHeaders } from './module-options/headers.js';
import { resolveLogLevels, loggingRule } from './module-options/logging.js';
import { PLACE, record, entriesOf, path } from './module-options/module-rules.js';
import { resolveIdentity } from './module-options/service-identity.js';
import { resolveShutdown } from './module-options/shutdown.js';
import { CHECKED_ELSEWHERE, OptionReader, type RuleTable } from './option-reader.js';
import { checkIndicatorOptions, indicatorOptionsFromEnvironment } from './resolve-indicator.js';
import { type Rule, duration, matching, oneOf, show, whole } from './rules.js';

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
  defaults: CHECKED_ELSEWHERE,
  indicators: CHECKED_ELSEWHERE,
  statusCodes: CHECKED_ELSEWHERE,
  headers: CHECKED_ELSEWHERE,
  access: CHECKED_ELSEWHERE,
  service: CHECKED_ELSEWHERE,
  shutdown: CHECKED_ELSEWHERE,
  environmentPrefix: CHECKED_ELSEWHERE,
} satisfies RuleTable<HealthModuleOptions>;

/** The resolved options and their faults. Nothing is thrown, because the faults of indicators are reported with them. */
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
  if (given === undefined) faults.push(asyncOptionsMissing('HealthModule.forRootAsync()', 'undefined'));
  else if (!record.accepts(given)) faults.push(optionOutOfRange(PLACE, show(given), record.expected));
  const environment = new Environment(resolvePrefix(options, faults), variables);
  const own = new OptionReader(PLACE, options, [], environment, faults).readAll(RULES);

  const access = resolveAccess(options.access, environment, faults);
  const isProduction = variables['NODE_ENV'] === 'production';
  const { endpoints, deadlines } = resolveEndpoints(options, isProduction || access !== undefined, environment, faults);

  const settings: HealthSettings = {
    path: (own.path ?? MODULE_DEFAULTS.path).replace(/^\/|\/$/g, ''),
    endpoints,
    aliases: resolveAliases(options, environment, faults),
    groups: resolveGroups(options, faults),
    deadline: own.deadline ?? MODULE_DEFAULTS.deadline,
    deadlines,
    maxConcurrency: own.maxConcurrency ?? MODULE_DEFAULTS.maxConcurrency,
    defaults: resolveDefaults(options, environment, faults),
    indicators: resolveIndicators(options, faults),
    statusCodes: resolveStatusCodes(options, environment, faults),
    retryAfter: own.retryAfter ?? MODULE_DEFAULTS.retryAfter,
    headers: resolveHeaders(options, faults),
    format: own.format ?? MODULE_DEFAULTS.format,
    access,
    identity: resolveIdentity(options.service, variables, faults),
    decorators: own.decorators ?? [],
    shutdown: resolveShutdown(options, environment, variables, faults),
    logging: (own.logging ?? MODULE_DEFAULTS.logging) !== false,
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

const statusCode = whole(200, 599);
const STATUS_CODE_RULES = {
  UP: statusCode,
  DEGRADED: statusCode,
  UNKNOWN: statusCode,
  OUT_OF_SERVICE: statusCode,
  DOWN: statusCode,
} satisfies Record<ReportStatus, Rule>;

function resolveStatusCodes(
  { statusCodes }: HealthModuleOptions,
  environment: Environment,
  faults: ConfigurationFault[],
): HealthSettings['statusCodes'] {
  const reader = new OptionReader(`${PLACE}, statusCodes`, statusCodes, ['statusCode'], environment, faults);
  const given = Object.entries(reader.readAll(STATUS_CODE_RULES)).filter(([, code]) => code !== undefined);
  return { ...STATUS_CODES, ...Object.fromEntries(given) };
}
