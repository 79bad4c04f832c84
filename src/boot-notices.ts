import type { CheckDefinition } from './core/check.js';
import type { Environment } from './options/environment.js';
import type { HealthSettings } from './options/health-settings.js';

/** What an operator should read once, as the application starts: settings that do not do what they seem to. */
export function bootNotices(
  settings: HealthSettings,
  environment: Environment,
  definitions: readonly CheckDefinition[],
): string[] {
  return [
    ...narrowedViews(settings, environment),
    ...unusedVariables(environment),
    ...slowChecks(settings, definitions),
  ];
}

function* narrowedViews({ endpoints, access, path }: HealthSettings, environment: Environment): Iterable<string> {
  if (access || !endpoints.deep.enabled || !endpoints.deep.isNarrowed) return;
  const variable = environment.nameOf('apiKeys');
  yield (
    `In production /${path}/${endpoints.deep.path} shows components only. To open it, set access: { apiKeys }` +
    `${variable === undefined ? '' : ` (${variable})`} or access: { authorize }, or set its view.`
  );
}

function* unusedVariables(environment: Environment): Iterable<string> {
  const { unused } = environment;
  if (unused.length > 0) yield `These environment variables configure nothing: ${unused.join(', ')}`;
}

function* slowChecks({ deadline }: HealthSettings, definitions: readonly CheckDefinition[]): Iterable<string> {
  for (const { name, settings } of definitions) {
    const { enabled, interval, timeout, retries, retryDelay } = settings;
    const longest = (retries + 1) * timeout + retries * retryDelay;
    if (!enabled || interval !== undefined || longest <= deadline) continue;
    yield (
      `The check "${name}" may take ${longest} ms, but a probe answers within ${deadline} ms: until it has ` +
      'finished, its last result is reported, or DOWN if there is none. Give it an interval to run in the background.'
    );
  }
}
