import { ALIASES } from '../defaults.js';
import type { Environment } from '../environment.js';
import type { FaultsAt } from '../faults.js';
import type { HealthModuleOptions } from '../health-module-options.js';
import type { HealthSettings } from '../health-settings.js';
import { flag, oneOf } from '../rules.js';
import { absolute, record, path } from './module-rules.js';

export function resolveAliases(
  { aliases }: HealthModuleOptions,
  environment: Environment,
  at: FaultsAt,
): HealthSettings['aliases'] {
  const fromEnvironment = environment.read(['aliases'], flag, at.faults);
  const given = fromEnvironment ?? aliases ?? false;
  if (typeof given === 'boolean') return new Map(given ? Object.entries(ALIASES) : []);
  const resolved = new Map<string, 'live' | 'ready' | 'startup'>();
  if (!record.accepts(given)) {
    at.outOfRange(given, { expected: 'true, false, or an object of paths and probes' });
    return resolved;
  }
  const probe = oneOf(['live', 'ready', 'startup']);
  for (const [alias, target] of Object.entries(given)) {
    if (!path.accepts(alias)) at.outOfRange(alias, path);
    else if (!probe.accepts(target)) at.option(alias).outOfRange(target, probe);
    else resolved.set(absolute(alias), target);
  }
  return resolved;
}
