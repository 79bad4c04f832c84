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
import { resolveIdentity } from './module-options/identity.js';
import { resolveLogLevels, loggingRule } from './module-options/logging.js';
import { PLACE, record, entriesOf, path } from './module-options/module-rules.js';
import { resolveShutdown } from './module-options/shutdown.js';
import { OptionReader } from './option-reader.js';
import { checkIndicatorOptions, indicatorOptionsFromEnvironment } from './resolve-indicator.js';
import { type Rule, matching, milliseconds, oneOf, show, whole } from './rules.js';

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

const prefix = matching(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a text of letters, digits and "_", and not empty, as "HEALTH_"');
const decorators: Rule<readonly never[]> = {
  expected: 'a list of decorators',
  accepts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'function'),
};

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
  if (given === undefined) faults.push(asyncOptionsMissing('HealthModule.forRootAsync()', 'undefined'));
  else if (!record.accepts(given)) faults.push(optionOutOfRange(PLACE, show(given), record.expected));
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
    logging: reader.read<unknown>('logging', loggingRule, MODULE_DEFAULTS.logging) !== false,
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
