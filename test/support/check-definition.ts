import type { CheckDefinition, CheckSettings } from '../../src/core/check.js';
import { INDICATOR_DEFAULTS, defaultMaxAge } from '../../src/options/defaults.js';

/** Complete settings: the library's defaults and the settings of the test. */
export function checkSettings(overrides: Partial<CheckSettings> = {}): CheckSettings {
  const settings = { ...INDICATOR_DEFAULTS, ...overrides };
  return { ...settings, maxAge: overrides.maxAge ?? defaultMaxAge(settings) };
}

export function checkDefinition(
  name: string,
  check: CheckDefinition['check'],
  overrides: Partial<CheckSettings> = {},
): CheckDefinition {
  return { name, settings: checkSettings(overrides), check };
}
