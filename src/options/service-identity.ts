import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServiceIdentity } from '../core/service-info.js';
import type { ServiceOptions } from './health-module-options.js';

const VARIABLES: Readonly<Record<keyof ServiceOptions, readonly string[]>> = {
  name: ['SERVICE_NAME', 'OTEL_SERVICE_NAME'],
  version: ['SERVICE_VERSION'],
  environment: ['DEPLOYMENT_ENVIRONMENT', 'NODE_ENV'],
  commit: ['GIT_COMMIT', 'COMMIT_SHA', 'SOURCE_VERSION', 'GITHUB_SHA'],
};

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

/** The first package.json with a name, from each folder upwards. What cannot be read is passed over: it is a nicety. */
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
