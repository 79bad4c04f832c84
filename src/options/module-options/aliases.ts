import type { ConfigurationFault } from '../../errors/fault.js';
import { optionOutOfRange } from '../../errors/messages.js';
import { ALIASES } from '../defaults.js';
import type { Environment } from '../environment.js';
import type { HealthModuleOptions } from '../health-module-options.js';
import type { HealthSettings } from '../health-settings.js';
import { flag, oneOf, show } from '../rules.js';
import { PLACE, record, path } from './module-rules.js';

export function resolveAliases(
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
