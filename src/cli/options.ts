import { parseArgs } from 'node:util';
import { milliseconds } from '../options/rules.js';
import type { RequestSettings } from './http-request.js';
import { readCertificates, readSecret } from './read-file.js';
import { UsageError } from './usage-error.js';

const OPTIONS = {
  url: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  path: { type: 'string' },
  socket: { type: 'string' },
  file: { type: 'string' },
  timeout: { type: 'string' },
  'max-age': { type: 'string' },
  'key-file': { type: 'string' },
  header: { type: 'string', multiple: true },
  'ca-file': { type: 'string' },
  insecure: { type: 'boolean' },
  json: { type: 'boolean' },
  nagios: { type: 'boolean' },
  watch: { type: 'boolean' },
  every: { type: 'string' },
  probe: { type: 'string' },
  disable: { type: 'boolean' },
  enable: { type: 'boolean' },
  set: { type: 'string', multiple: true },
  clear: { type: 'boolean' },
  run: { type: 'boolean' },
  on: { type: 'boolean' },
  off: { type: 'boolean' },
  reason: { type: 'string' },
  for: { type: 'string' },
  redis: { type: 'string', multiple: true },
  'redis-sentinel': { type: 'string' },
  'redis-cluster': { type: 'boolean' },
  'sentinel-user': { type: 'string' },
  'sentinel-password-file': { type: 'string' },
  nats: { type: 'string', multiple: true },
  'nats-credentials-file': { type: 'string' },
  etcd: { type: 'string', multiple: true },
  'cert-file': { type: 'string' },
  'cert-key-file': { type: 'string' },
  namespace: { type: 'string' },
  environment: { type: 'string' },
  expected: { type: 'string', multiple: true },
  'secret-file': { type: 'string' },
  'password-file': { type: 'string' },
  unauthenticated: { type: 'boolean' },
  metrics: { type: 'boolean' },
  once: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** A parsed command line. */
export type CommandLine = ReturnType<typeof readCommandLine>;

/** Parses the command line. Throws `UsageError`. */
export function readCommandLine(given: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...given], options: OPTIONS, allowPositionals: true });
    return { values, command: positionals[0], operands: positionals.slice(1) };
  } catch (error) {
    // parseArgs names the argument; its advice about "--" does not apply here.
    throw new UsageError((error as Error).message.split('. To specify')[0]);
  }
}

const time = milliseconds(1);

/** A time of the command line, in milliseconds. */
export function timeOf(option: string, text: string): number {
  const value = time.read?.(text.trim());
  if (value === undefined)
    throw new UsageError(`${option} is "${text}": use a number of milliseconds, or a unit: 500ms, 5s, 1m`);
  return value;
}

/** The settings of a request except its address. */
export async function settingsOf({ values }: CommandLine, environment: NodeJS.ProcessEnv): Promise<RequestSettings> {
  const file = values['key-file'];
  const key = file === undefined ? environment['HEALTH_API_KEY'] : await readSecret('--key-file', file, 'API key');
  return {
    timeout: values.timeout === undefined ? 5000 : timeOf('--timeout', values.timeout),
    headers: { ...(key && { 'x-health-key': key }), ...headersIn(values.header ?? []) },
    ca: values['ca-file'] === undefined ? undefined : await readCertificates('--ca-file', values['ca-file']),
    isInsecure: values.insecure ?? false,
  };
}

function headersIn(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):\s*([\t\x20-\x7E]*)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) {
        throw new UsageError(`--header "${line}" is not a header: use "Name: value"`);
      }
      return [name.toLowerCase(), value];
    }),
  );
}
