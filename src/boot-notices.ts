import { type CheckDefinition, longestRunOf } from './core/check.js';
import type { Environment } from './options/environment.js';
import type { HealthSettings } from './options/health-settings.js';

export const NO_INDICATORS =
  'No indicators were found, so every probe is UP. Usual reasons: the indicator is not in the providers ' +
  'of a module, that module is not imported, or the class has no decorator @HealthIndicator().';

/** The greatest number of names in one log line. */
const MOST_NAMES = 50;

/** The line that lists the indicators when the application starts: `3 indicators: database, cache, payments`. */
export function indicatorList(names: readonly string[]): string {
  return `${names.length} indicator${names.length === 1 ? '' : 's'}: ${listed(names)}`;
}

function listed(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return `${names.slice(0, MOST_NAMES).join(', ')}${more}`;
}

/** Warnings at the start about settings and providers that have no effect, or less than expected. */
export function bootNotices(
  settings: HealthSettings,
  environment: Environment,
  definitions: readonly CheckDefinition[],
  undecorated: readonly string[] = [],
  sharesRuns = false,
): string[] {
  return [
    ...missingIndicators(definitions, undecorated),
    ...narrowedViews(settings, environment),
    ...unusedVariables(environment),
    ...slowChecks(settings, definitions),
    ...(sharesRuns ? [] : scopesWithoutFleet(definitions)),
  ];
}

/** Routes are registered before the names of instances are known. */
export function partWithoutEndpoint(name: string): string {
  const composite = name.split('/', 1)[0] ?? name;
  return (
    `The part "${name}" has no endpoint of its own, because its name is not in its decorator. ` +
    `Add composites: { ${JSON.stringify(composite)}: {} } to HealthModule.forRoot().`
  );
}

/** Called when all modules have started: until then their hooks register indicators. */
export function compositesWithoutParts({ composites }: HealthSettings, indicators: readonly string[]): string[] {
  return [...composites.keys()]
    .filter((composite) => !indicators.some((name) => name.startsWith(`${composite}/`)))
    .map(
      (composite) =>
        `HealthModule options, composites.${composite}: there is no indicator "${composite}/…", so the options have no effect ` +
        'until one is registered or loaded. Correct the name, or remove the options.',
    );
}

function* missingIndicators(definitions: readonly CheckDefinition[], undecorated: readonly string[]): Iterable<string> {
  if (definitions.length === 0) yield NO_INDICATORS;
  if (undecorated.length > 0) {
    yield (
      `The decorator @HealthIndicator() is missing: ${undecorated.join(', ')}. These providers are not checked. ` +
      'Add the decorator; "implements HealthIndicator" alone has no effect at run time.'
    );
  }
}

function* narrowedViews({ endpoints, access, path }: HealthSettings, environment: Environment): Iterable<string> {
  if (access || !endpoints.deep.enabled || !endpoints.deep.isNarrowed) return;
  const variable = environment.nameOf('apiKeys');
  yield (
    `In production /${path}/${endpoints.deep.path} shows components only. To show more, set access: { apiKeys }` +
    `${variable === undefined ? '' : ` (${variable})`} or access: { authorize }, or set the view of the endpoint.`
  );
}

function* unusedVariables(environment: Environment): Iterable<string> {
  const { unused } = environment;
  const withSuggestion = (variable: string): string => {
    const suggestion = environment.nearestTo(variable);
    return suggestion === undefined ? variable : `${variable} (did you mean ${suggestion}?)`;
  };
  if (unused.length > 0) yield `These environment variables have no effect: ${unused.map(withSuggestion).join(', ')}`;
}

function* slowChecks({ deadline }: HealthSettings, definitions: readonly CheckDefinition[]): Iterable<string> {
  for (const { name, settings } of definitions) {
    const { enabled, interval } = settings;
    const longest = longestRunOf(settings);
    if (!enabled || interval !== undefined || longest <= deadline) continue;
    yield (
      `The indicator "${name}" may take ${longest} ms (timeout and retries), but a probe responds within ${deadline} ms. Until ` +
      'the check ends, its last result is reported, or DOWN if there is none. ' +
      'Set interval, so that it runs in the background, or shorten timeout.'
    );
  }
}

function* scopesWithoutFleet(definitions: readonly CheckDefinition[]): Iterable<string> {
  const names = definitions.filter(({ settings }) => settings.scope === 'fleet').map(({ name }) => name);
  if (names.length === 0) return;
  yield (
    `scope: 'fleet' has no effect (${listed(names)}), because HealthFleetModule is not imported ` +
    'or not enabled. Each instance runs these checks. Import it from nest-vitals/fleet, or remove the option.'
  );
}
