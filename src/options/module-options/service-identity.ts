import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServiceIdentity } from '../../core/service-info.js';
import type { FaultsAt } from '../faults.js';
import type { ServiceOptions } from '../health-module-options.js';
import { OptionReader, type RuleTable } from '../option-reader.js';
import { matching } from '../rules.js';
import { headerValue } from './module-rules.js';

const text = matching(/^[^]+$/, 'a text that is not empty');
const RULES = { name: text, version: headerValue, environment: text, commit: text } satisfies RuleTable<ServiceOptions>;

const VARIABLES: Readonly<Record<keyof ServiceOptions, readonly string[]>> = {
  name: ['SERVICE_NAME', 'OTEL_SERVICE_NAME'],
  version: ['SERVICE_VERSION'],
  environment: ['DEPLOYMENT_ENVIRONMENT', 'NODE_ENV'],
  commit: ['GIT_COMMIT', 'COMMIT_SHA', 'SOURCE_VERSION', 'GITHUB_SHA'],
};

/** Checks the options, and completes them from the environment and from the application's package.json. */
export function resolveIdentity(
  service: ServiceOptions | undefined,
  variables: NodeJS.ProcessEnv,
  at: FaultsAt,
): ServiceIdentity {
  // The variables of the service have conventional names without the prefix, so the reader must not read variables.
  const { name, version, environment, commit } = new OptionReader(at, service).readAll(RULES);
  const given: ServiceOptions = {
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(environment !== undefined && { environment }),
    ...(commit !== undefined && { commit }),
  };
  const { version: found, ...identity } = resolveServiceIdentity(given, variables);
  // The version is also a response header. A version that cannot be a header value is left out.
  return found !== undefined && headerValue.accepts(found) ? { ...identity, version: found } : identity;
}

/** Each field from the options, else from the environment, else from the application's package.json. */
export function resolveServiceIdentity(
  options: ServiceOptions,
  variables: NodeJS.ProcessEnv = process.env,
  folders: readonly string[] = [process.cwd(), dirname(process.argv[1] ?? '')],
): ServiceIdentity {
  const from = (field: keyof ServiceOptions): string | undefined =>
    options[field] ?? VARIABLES[field].map((name) => variables[name]).find((value) => value);
  const identity = {
    name: from('name'),
    version: from('version'),
    environment: from('environment'),
    commit: from('commit'),
  };

  if (identity.name === undefined || identity.version === undefined) {
    const manifest = nearestManifest(folders);
    identity.name ??= manifest?.name;
    identity.version ??= manifest?.version;
  }
  return Object.fromEntries(Object.entries(identity).filter(([, value]) => value !== undefined));
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
}

/** The first package.json with a name, searched from each folder upwards. Unreadable files are skipped, because the metadata is optional. */
function nearestManifest(folders: readonly string[]): Manifest | undefined {
  for (const start of folders) {
    for (let folder = start, below = ''; folder !== below; below = folder, folder = dirname(folder)) {
      const manifest = readManifest(join(folder, 'package.json'));
      if (manifest?.name !== undefined) return manifest;
    }
  }
  return undefined;
}

function readManifest(file: string): Manifest | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof content !== 'object' || content === null) return undefined;
    const { name, version } = content as Record<string, unknown>;
    return { ...(typeof name === 'string' && { name }), ...(typeof version === 'string' && { version }) };
  } catch {
    return undefined;
  }
}
