import { setTimeout as sleep } from 'node:timers/promises';
import { type ProbeResponse, requestReport } from './request-report.js';
import { type Verdict, verdictOf, nagiosVerdict } from './verdict.js';
import { staleReason } from './file-check.js';
import { control } from './control.js';
import { HELP } from './help.js';
import { type CommandLine, settingsOf, readCommandLine, timeOf } from './options.js';
import { type AddressResponse, statusTable } from './status-table.js';
import { probeUrl, addressOf } from './probe-address.js';
import type { ProcessContext } from './process-context.js';
import { json } from './terminal.js';
import { UsageError } from './usage-error.js';

/** Runs one command line and returns the exit code. */
export async function run(given: readonly string[], context: ProcessContext): Promise<number> {
  const { terminal, version } = context;
  const isForNagios = given.includes('--nagios');
  try {
    const line = readCommandLine(given);
    if (line.values.version) terminal.write(`${version}\n`);
    else if (line.values.help || line.command === 'help') terminal.write(HELP);
    else if (line.command === 'check') return await check(line, context);
    else if (line.command === 'status') return await status(line, context);
    else if (line.command === 'control') return await changeApplication(line, context);
    else if (line.command === 'fleet') return await showFleet(line, context);
    else
      throw new UsageError(
        `${line.command === undefined ? 'no command' : `"${line.command}" is not a command`}: use check, status, control or fleet`,
      );
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.writeError(`nest-vitals: ${error.message}\nnest-vitals --help lists the commands and options.\n`);
    return isForNagios ? 3 : 1;
  }
}

async function check(line: CommandLine, { terminal, environment }: ProcessContext): Promise<number> {
  const { values, operands } = line;
  if (operands.length > 1) throw new UsageError(`check takes one probe, not ${operands.length}: ${operands.join(' ')}`);
  refuse(line, 'check', ['watch', 'every', 'probe', ...CHANGE_OPTIONS, ...FLEET_OPTIONS]);
  const { verdict, response } =
    values.file === undefined ? await checkProbe(line, environment) : await checkFile(line, values.file);
  const isJson = values.json === true && values.nagios !== true;
  terminal.write(isJson ? `${json(response.report ?? { error: response.problem })}\n` : `${verdict.line}\n`);
  return verdict.exitCode;
}

/** The options of `control` that change something. */
const CHANGE_OPTIONS = ['disable', 'enable', 'set', 'clear', 'run', 'on', 'off', 'reason', 'for'] as const;

/** The options of `fleet` only. */
const FLEET_OPTIONS = [
  'redis',
  'redis-sentinel',
  'redis-cluster',
  'sentinel-user',
  'sentinel-password-file',
  'nats',
  'nats-credentials-file',
  'etcd',
  'cert-file',
  'cert-key-file',
  'namespace',
  'environment',
  'expected',
  'secret-file',
  'password-file',
  'unauthenticated',
  'metrics',
  'once',
] as const;
/** The options of `fleet` for its port. */
const PAGE_OPTIONS = ['port', 'host', 'key-file', 'unauthenticated', 'metrics'] as const;
const REQUEST_OPTIONS = ['url', 'path', 'socket', 'file', 'max-age', 'header', 'insecure', 'nagios', 'probe'] as const;

async function showFleet(line: CommandLine, context: ProcessContext): Promise<number> {
  refuse(line, 'fleet', ['watch', 'every', ...REQUEST_OPTIONS, ...CHANGE_OPTIONS]);
  if (line.values.once) refuse(line, 'fleet --once', PAGE_OPTIONS);
  else refuse(line, 'fleet without --once', ['json', 'timeout']);
  // Loaded here only, because the other commands must start in a few milliseconds.
  const { fleet } = await import('./fleet/fleet.js');
  return fleet(line, context);
}

async function changeApplication(line: CommandLine, context: ProcessContext): Promise<number> {
  refuse(line, 'control', ['watch', 'every', 'probe', 'file', 'max-age', 'nagios', ...FLEET_OPTIONS]);
  return control(line, context);
}

interface CheckResult {
  readonly verdict: Verdict;
  readonly response: ProbeResponse;
}

async function checkProbe(line: CommandLine, environment: NodeJS.ProcessEnv): Promise<CheckResult> {
  const { values, operands } = line;
  if (values['max-age'] !== undefined) throw new UsageError('--max-age needs --file');
  const address = addressOf(values, operands[0], environment);
  const response = await requestReport(address, await settingsOf(line, environment));
  const probe = operands[0] ?? decodeURIComponent(address.url.pathname.split('/').at(-1) ?? '');
  return { verdict: values.nagios ? nagiosVerdict(probe, response) : verdictOf(probe, response), response };
}

async function checkFile({ values, operands }: CommandLine, file: string): Promise<CheckResult> {
  for (const other of ['url', 'host', 'port', 'path', 'socket'] as const) {
    if (values[other] !== undefined) throw new UsageError(`--file and --${other} exclude each other: give one of them`);
  }
  if (operands.length > 0) throw new UsageError(`--file needs no probe: "${operands[0]}" has no effect with it`);
  const maxAge = values['max-age'] === undefined ? 30_000 : timeOf('--max-age', values['max-age']);
  const problem = await staleReason(file, maxAge);
  const response: ProbeResponse =
    problem === undefined ? { statusCode: 200, report: { status: 'UP' }, took: 0 } : { problem, took: 0 };
  if (values.nagios) return { verdict: nagiosVerdict(file, response), response };
  const fresh: Verdict = { exitCode: 0, line: `${file} was touched within ${maxAge} ms` };
  return { verdict: problem === undefined ? fresh : { exitCode: 1, line: problem }, response };
}

async function status(line: CommandLine, context: ProcessContext): Promise<number> {
  const { values, operands } = line;
  const { terminal, signal, environment } = context;
  if (operands.length === 0) throw new UsageError('status needs at least one URL, such as http://127.0.0.1:3000');
  refuse(line, 'status', [
    'url',
    'host',
    'port',
    'path',
    'socket',
    'file',
    'max-age',
    'nagios',
    ...CHANGE_OPTIONS,
    ...FLEET_OPTIONS,
  ]);
  if (values.every !== undefined && !values.watch) throw new UsageError('--every needs --watch');
  const urls = operands.map((url) => probeUrl(url, values.probe, 'deep'));
  const settings = await settingsOf(line, environment);
  const pause = values.every === undefined ? 2000 : timeOf('--every', values.every);
  for (;;) {
    const responses = await Promise.all(
      urls.map(async (url): Promise<AddressResponse> => ({
        url,
        response: await requestReport({ url, socketPath: undefined }, settings),
      })),
    );
    const text = values.json ? json(responses.map(asJson)) : statusTable(responses, terminal, Date.now());
    // Cursor home, then erase below: clearing the whole screen would flicker.
    const start = values.watch && terminal.isInteractive ? '\u001B[H\u001B[J' : '';
    terminal.write(`${start}${text}\n${values.watch && !terminal.isInteractive && !values.json ? '\n' : ''}`);
    const exitCode = responses.every(({ response }) => response.report !== undefined && response.statusCode === 200)
      ? 0
      : 1;
    if (!values.watch) return exitCode;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return exitCode;
  }
}

function asJson({ url, response: { statusCode, report, problem, took } }: AddressResponse): object {
  return { url: url.href, statusCode, took, ...(report ? { report } : { error: problem }) };
}

function refuse({ values }: CommandLine, command: string, options: readonly (keyof CommandLine['values'])[]): void {
  for (const option of options) {
    if (values[option] !== undefined) throw new UsageError(`--${option} has no effect with ${command}: leave it out`);
  }
}
