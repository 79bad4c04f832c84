import type { ConfigurationFault } from '../../errors/fault.js';
import type { HealthModuleOptions } from '../health-module-options.js';
import type { HealthSettings } from '../health-settings.js';
import { NO_VARIABLES } from '../environment.js';
import { OptionReader } from '../option-reader.js';
import { matching } from '../rules.js';
import { resolveServiceIdentity } from '../service-identity.js';
import { PLACE, headerValue } from './module-rules.js';

const text = matching(/^[^]+$/, 'a text that is not empty');

export function resolveIdentity(
  { service }: HealthModuleOptions,
  variables: NodeJS.ProcessEnv,
  faults: ConfigurationFault[],
): HealthSettings['identity'] {
  const rules = { name: text, version: headerValue, environment: text, commit: text };
  // The variables of the service have names of their own, which begin with no prefix.
  const reader = new OptionReader(`${PLACE}, service`, service, [], NO_VARIABLES, faults);
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
