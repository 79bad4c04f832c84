import { PROBES } from '../../core/registry.js';
import { ENDPOINT_VIEWS } from '../defaults.js';
import type { Environment } from '../environment.js';
import type { FaultsAt } from '../faults.js';
import type { EndpointName, EndpointOptions, HealthModuleOptions } from '../health-module-options.js';
import type { EndpointSettings, HealthSettings } from '../health-settings.js';
import { OptionReader, type RuleTable } from '../option-reader.js';
import { duration, flag, matching, oneOf } from '../rules.js';
import { VIEWS } from '../view.js';
import { record } from './module-rules.js';

const segment = matching(/^[A-Za-z0-9._~-]+$/, 'one segment of a path: letters, digits, "-", ".", "_" and "~"');

/** The options of an endpoint that evaluates a probe or a group. */
export const ENDPOINT_RULES = {
  path: segment,
  view: oneOf(VIEWS),
  deadline: duration(1),
} satisfies RuleTable<EndpointOptions>;
/** The options of an endpoint that is not a probe. */
const VIEW_ONLY = { view: ENDPOINT_RULES.view };

export function resolveEndpoints(
  options: HealthModuleOptions,
  narrowsFull: boolean,
  environment: Environment,
  at: FaultsAt,
): Pick<HealthSettings, 'endpoints' | 'deadlines'> {
  const endpoints: Partial<Record<EndpointName, EndpointSettings>> = {};
  const deadlines: Record<string, number> = {};
  const names = Object.keys(ENDPOINT_VIEWS) as EndpointName[];
  new OptionReader(at.option('endpoints'), options.endpoints, [], environment).refuseUnknown(ENDPOINT_VIEWS);

  for (const name of names) {
    const given = options.endpoints?.[name] ?? true;
    const own = at.option('endpoints').entry(name);
    if (!flag.accepts(given) && !record.accepts(given)) {
      own.outOfRange(given, { expected: 'true, false or an object' });
    }
    const reader = new OptionReader(own, typeof given === 'object' ? given : {}, [name], environment);
    const isProbe = PROBES.some((probe) => probe === name);
    const { view, path, deadline } = {
      path: undefined,
      deadline: undefined,
      ...reader.readAll(isProbe ? ENDPOINT_RULES : VIEW_ONLY),
    };
    const isNarrowed = view === undefined && ENDPOINT_VIEWS[name] === 'full' && narrowsFull;
    endpoints[name] = {
      enabled: environment.read([name, 'enabled'], flag, at.faults) ?? given !== false,
      path: isProbe ? (path ?? name) : '',
      view: view ?? (isNarrowed ? 'components' : ENDPOINT_VIEWS[name]),
      isNarrowed,
    };
    if (deadline !== undefined) deadlines[name] = deadline;
  }
  return { endpoints: endpoints as HealthSettings['endpoints'], deadlines };
}
