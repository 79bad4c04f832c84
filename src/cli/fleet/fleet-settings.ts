import { type CommandLine, timeOf } from '../options.js';
import { readSecret } from '../read-file.js';
import { checkedPort } from '../probe-address.js';
import { UsageError } from '../usage-error.js';
import { type StoreAddress, storeAddressOf } from './store-address.js';

export interface FleetCommand {
  readonly address: StoreAddress;
  readonly namespace: string | undefined;
  readonly environment: string;
  readonly expected: ReadonlyMap<string, number>;
  readonly secret: string | undefined;
}

export interface FleetPageSettings {
  readonly host: string;
  readonly port: number;
  /** The key that callers must send. Undefined: every caller may see the page. */
  readonly key: string | undefined;
  readonly isLoopback: boolean;
  /** Whether the metrics of the fleet are served. */
  readonly hasMetrics: boolean;
}

const DEFAULT_PORT = '9091';
const DEFAULT_ENVIRONMENT = 'production';
const SHORTEST_SECRET = 16;
const NAMESPACE = /^(?!\.\.?$)[A-Za-z0-9._:-]{1,100}$/;
/** Three heartbeats of 5 s until an instance is lost, and 10 s until a store detects that its server does not respond. */
const DEFAULT_TIMEOUT = 30_000;

export async function fleetCommandOf(line: CommandLine, environment: NodeJS.ProcessEnv): Promise<FleetCommand> {
  const { values, operands } = line;
  if (operands.length > 0) throw new UsageError(`fleet takes options only: "${operands.join(' ')}" has no effect`);
  const { namespace, 'secret-file': secretFile } = values;
  if (namespace !== undefined && !NAMESPACE.test(namespace)) {
    throw new UsageError(
      `--namespace "${namespace}" is malformed: use up to 100 letters, digits, ".", "_", "-" and ":", but not "." or ".."`,
    );
  }
  const secret =
    secretFile === undefined ? undefined : await readSecret('--secret-file', secretFile, 'secret of the fleet');
  if (secret !== undefined && secret.length < SHORTEST_SECRET) {
    throw new UsageError(`--secret-file ${secretFile}: the secret has at least ${SHORTEST_SECRET} characters`);
  }
  return {
    address: await storeAddressOf(line, environment),
    namespace,
    environment:
      values.environment ?? (environment['DEPLOYMENT_ENVIRONMENT'] || environment['NODE_ENV'] || DEFAULT_ENVIRONMENT),
    expected: new Map((values.expected ?? []).map(expectation)),
    secret,
  };
}

function expectation(text: string): [service: string, count: number] {
  const [, service, count] = /^(.+)=([1-9]\d{0,5})$/s.exec(text) ?? [];
  if (service === undefined) {
    throw new UsageError(`--expected "${text}" is malformed: use <service>=<number>, such as orders=3`);
  }
  return [service, Number(count)];
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i;

/** Whether a name or an address in a header or an option belongs to this machine only. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** The page is open on loopback, and needs a key elsewhere. */
export async function pageSettingsOf({ values }: CommandLine): Promise<FleetPageSettings> {
  const { host = '127.0.0.1', unauthenticated, 'key-file': keyFile } = values;
  if (unauthenticated && keyFile !== undefined) {
    throw new UsageError('--unauthenticated and --key-file exclude each other: give one of them');
  }
  const key = keyFile === undefined ? undefined : await readSecret('--key-file', keyFile, 'API key');
  if (key === undefined && !unauthenticated && !isLoopback(host)) {
    throw new UsageError(
      `--host ${host}: other machines reach the page there: give --key-file with a key that they must send, or ` +
        '--unauthenticated',
    );
  }
  return {
    host: host.replace(/^\[(.*)\]$/, '$1'),
    port: Number(checkedPort(values.port ?? DEFAULT_PORT, '--port', 0)),
    key,
    isLoopback: isLoopback(host),
    hasMetrics: values.metrics ?? false,
  };
}

/** Milliseconds that `--once` may take. */
export function timeoutOf({ values }: CommandLine): number {
  return values.timeout === undefined ? DEFAULT_TIMEOUT : timeOf('--timeout', values.timeout);
}
