import { isRecord } from '../core/is-record.js';
import { type ReceivedResponse, sendRequest, messageOf } from './http-request.js';
import { type CommandLine, settingsOf } from './options.js';
import { addressOf } from './probe-address.js';
import { type Terminal, json, printable } from './terminal.js';
import { UsageError } from './usage-error.js';

interface Operation {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below the path of the control, with a slash first. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Changes a running application through `nest-vitals/control`. The key is no argument, because arguments are visible in the list of processes. */
export async function control(
  line: CommandLine,
  { terminal, environment }: { readonly terminal: Terminal; readonly environment: NodeJS.ProcessEnv },
): Promise<number> {
  const { method, path, body } = operationOf(line);
  const { url, socketPath } = addressOf(line.values, 'control', environment);
  url.pathname += path;
  const settings = await settingsOf(line, { HEALTH_API_KEY: environment['HEALTH_CONTROL_KEY'] });
  let received: ReceivedResponse;
  try {
    received = await sendRequest({ url, socketPath }, settings, { method, body: body && JSON.stringify(body) });
  } catch (error) {
    terminal.writeError(`nest-vitals: no response: ${printable(messageOf(error))}\n`);
    return 1;
  }
  const { statusCode } = received;
  const parsed = parse(received.body);
  if (statusCode === 200 && parsed) {
    terminal.write(line.values.json ? `${json(parsed)}\n` : `${describe(parsed)}\n`);
    return 0;
  }
  terminal.writeError(`nest-vitals: ${statusCode}: ${problemOf(statusCode, parsed)}\n`);
  return 1;
}

const EXPECTED = 'use control list, control indicators <name>, or control maintenance';

function operationOf({ values, operands }: CommandLine): Operation {
  const [kind, name, ...further] = operands;
  if (further.length > 0) throw new UsageError(`control: "${further.join(' ')}" has no effect: ${EXPECTED}`);
  if (kind === 'list' && name === undefined) return { method: 'GET', path: '' };
  if (kind === 'maintenance' && name === undefined) return maintenanceOf(values);
  if (kind === 'indicators' && name !== undefined) return indicatorOf(values, name);
  throw new UsageError(`control: ${EXPECTED}`);
}

function maintenanceOf(values: CommandLine['values']): Operation {
  const path = '/maintenance';
  if (one(values, 'on', 'off') === 'off') return { method: 'DELETE', path };
  return { method: 'PUT', path, body: termsOf(values) };
}

function indicatorOf(values: CommandLine['values'], name: string): Operation {
  const path = `/indicators/${encodeURIComponent(name)}`;
  const action = one(values, 'disable', 'enable', 'set', 'clear', 'run');
  if (action === 'clear') return { method: 'DELETE', path };
  if (action === 'run') return { method: 'POST', path: `${path}/run` };
  const options = action === 'set' ? optionsIn(values.set ?? []) : { enabled: action === 'enable' };
  return { method: 'PUT', path, body: { ...options, ...termsOf(values) } };
}

/** The one option of these that is given. */
function one<Name extends keyof CommandLine['values']>(values: CommandLine['values'], ...names: readonly Name[]): Name {
  const given = names.filter((name) => values[name] !== undefined);
  const [only] = given;
  if (only === undefined || given.length > 1) {
    throw new UsageError(`control: give one of ${names.map((name) => `--${name}`).join(', ')}`);
  }
  return only;
}

function termsOf({ reason, for: expiresIn }: CommandLine['values']): Readonly<Record<string, string>> {
  if (reason === undefined || expiresIn === undefined) {
    throw new UsageError('control: a change needs --reason <text> and --for <time>, such as --for 30m');
  }
  return { reason, expiresIn };
}

/** Options that are lists of words. */
const LISTS: ReadonlySet<string> = new Set(['probes', 'tags']);

function optionsIn(assignments: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const [, option, value] = /^(\w+)=(.*)$/s.exec(assignment) ?? [];
      if (option === undefined || value === undefined) {
        throw new UsageError(`--set "${assignment}" is not an assignment: use name=value, such as --set timeout=2s`);
      }
      return [option, valueOf(option, value)];
    }),
  );
}

function valueOf(option: string, text: string): unknown {
  if (LISTS.has(option)) return text === '' ? [] : text.split(',');
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}

function problemOf(statusCode: number, parsed: Readonly<Record<string, unknown>> | undefined): string {
  if (statusCode === 401)
    return 'access denied: the control key is missing or wrong; give it with --key-file, or in HEALTH_CONTROL_KEY';
  if (!parsed) return 'the response is not from nest-vitals/control';
  const faults = Array.isArray(parsed['faults']) ? parsed['faults'].filter(isRecord) : [];
  const lines = faults.map(
    ({ place, problem, remedy }) => `  ${printable(place)}: ${printable(problem)}: ${printable(remedy)}`,
  );
  const known = Array.isArray(parsed['indicators'])
    ? `; the indicators are ${printable(parsed['indicators'].join(', '))}`
    : '';
  return [`${printable(parsed['error'] ?? 'refused')}${known}`, ...lines].join('\n');
}

/** The response, one line for each value. */
function describe(parsed: Readonly<Record<string, unknown>>): string {
  return Object.entries(parsed)
    .map(([name, value]) => `${name}: ${printable(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join('\n');
}

function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
