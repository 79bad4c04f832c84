import { setTimeout as sleep } from 'node:timers/promises';
import { type Reply, requestReport } from './request-report.js';
import { type Verdict, judge, judgeForNagios } from './verdict.js';
import { staleBecause } from './file-check.js';
import { control } from './control.js';
import { HELP } from './help.js';
import { type CommandLine, settingsOf, readCommandLine, timeOf } from './options.js';
import { type AddressReply, table } from './status-table.js';
import { probeUrl, targetOf } from './probe-address.js';
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
  refuse(line, 'check', ['watch', 'every', 'probe', ...CHANGES, ...OF_FLEET]);
  const { verdict, reply } =
    values.file === undefined ? await checkProbe(line, environment) : await checkFile(line, values.file);
  const isJson = values.json === true && values.nagios !== true;
  terminal.write(isJson ? `${json(reply.report ?? { error: reply.problem })}\n` : `${verdict.line}\n`);
  return verdict.exitCode;
}

/** The options of `control` that change something. */
const CHANGES = ['disable', 'enable', 'set', 'clear', 'run', 'on', 'off', 'reason', 'for'] as const;

/** The options of `fleet` only. */
const OF_FLEET = [
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
/** The options of `fleet` that open its port. */
const OF_PAGE = ['port', 'host', 'key-file', 'unauthenticated', 'metrics'] as const;
const OF_REQUESTS = ['url', 'path', 'socket', 'file', 'max-age', 'header', 'insecure', 'nagios', 'probe'] as const;

async function showFleet(line: CommandLine, context: ProcessContext): Promise<number> {
  refuse(line, 'fleet', ['watch', 'every', ...OF_REQUESTS, ...CHANGES]);
  if (line.values.once) refuse(line, 'fleet --once', OF_PAGE);
  else refuse(line, 'fleet without --once', ['json', 'timeout']);
  // The other commands must not load it: they start in a few milliseconds.
  const { fleet } = await import('./fleet/fleet.js');
  return fleet(line, context);
}

async function changeApplication(line: CommandLine, context: ProcessContext): Promise<number> {
  refuse(line, 'control', ['watch', 'every', 'probe', 'file', 'max-age', 'nagios', ...OF_FLEET]);
  return control(line, context);
}

interface Checked {
  readonly verdict: Verdict;
  readonly reply: Reply;
}

async function checkProbe(line: CommandLine, environment: NodeJS.ProcessEnv): Promise<Checked> {
  const { values, operands } = line;
  if (values['max-age'] !== undefined) throw new UsageError('--max-age needs --file');
  const target = targetOf(values, operands[0], environment);
  const reply = await requestReport(target, await settingsOf(line, environment));
  const probe = operands[0] ?? decodeURIComponent(target.url.pathname.split('/').at(-1) ?? '');
  return { verdict: values.nagios ? judgeForNagios(probe, reply) : judge(probe, reply), reply };
}

async function checkFile({ values, operands }: CommandLine, file: string): Promise<Checked> {
  for (const other of ['url', 'host', 'port', 'path', 'socket'] as const) {
    if (values[other] !== undefined) throw new UsageError(`--file and --${other} exclude each other: give one of them`);
  }
  if (operands.length > 0) throw new UsageError(`--file needs no probe: "${operands[0]}" has no effect with it`);
  const maxAge = values['max-age'] === undefined ? 30_000 : timeOf('--max-age', values['max-age']);
  const problem = await staleBecause(file, maxAge);
  const reply: Reply =
    problem === undefined ? { statusCode: 200, report: { status: 'UP' }, took: 0 } : { problem, took: 0 };
  if (values.nagios) return { verdict: judgeForNagios(file, reply), reply };
  const fresh: Verdict = { exitCode: 0, line: `${file} was touched within ${maxAge} ms` };
  return { verdict: problem === undefined ? fresh : { exitCode: 1, line: problem }, reply };
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
    ...CHANGES,
    ...OF_FLEET,
  ]);
  if (values.every !== undefined && !values.watch) throw new UsageError('--every needs --watch');
  const urls = operands.map((url) => probeUrl(url, values.probe, 'deep'));
  const settings = await settingsOf(line, environment);
  const pause = values.every === undefined ? 2000 : timeOf('--every', values.every);
  for (;;) {
    const replies = await Promise.all(
      urls.map(async (url): Promise<AddressReply> => ({
        url,
        reply: await requestReport({ url, socketPath: undefined }, settings),
      })),
    );
    const text = values.json ? json(replies.map(asJson)) : table(replies, terminal, Date.now());
    // Cursor home, then erase below: clearing the whole screen would flicker.
    const start = values.watch && terminal.isInteractive ? '\u001B[H\u001B[J' : '';
    terminal.write(`${start}${text}\n${values.watch && !terminal.isInteractive && !values.json ? '\n' : ''}`);
    const exitCode = replies.every(({ reply }) => reply.report !== undefined && reply.statusCode === 200) ? 0 : 1;
    if (!values.watch) return exitCode;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return exitCode;
  }
}

function asJson({ url, reply: { statusCode, report, problem, took } }: AddressReply): object {
  return { url: url.href, statusCode, took, ...(report ? { report } : { error: problem }) };
}

function refuse({ values }: CommandLine, command: string, options: readonly (keyof CommandLine['values'])[]): void {
  for (const option of options) {
    if (values[option] !== undefined) throw new UsageError(`--${option} has no effect with ${command}: leave it out`);
  }
}
