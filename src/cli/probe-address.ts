import { UsageError } from './usage-error.js';

/** The address of a probe: over TCP, or over a Unix socket. */
export interface ProbeAddress {
  readonly url: URL;
  readonly socketPath: string | undefined;
}

export interface AddressOptions {
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly path?: string | undefined;
  readonly socket?: string | undefined;
}

const DEFAULT_PORT = '3000';

/**
 * The address of a probe. With `--url`, a URL without a path gets `/health/<probe>`, one with a path gets `/<probe>`
 * appended, and one with a path is used as it is when no probe is named.
 */
export function addressOf(
  options: AddressOptions,
  probe: string | undefined,
  environment: NodeJS.ProcessEnv,
): ProbeAddress {
  const { url, host, port, socket } = options;
  if (url !== undefined) {
    for (const other of ['host', 'port', 'path', 'socket'] as const) {
      if (options[other] !== undefined)
        throw new UsageError(`--url and --${other} exclude each other: give one of them`);
    }
    return { url: probeUrl(url, probe), socketPath: undefined };
  }
  if (socket !== undefined && (host !== undefined || port !== undefined)) {
    throw new UsageError(
      '--socket and --host or --port exclude each other: give only --socket, or only --host and --port',
    );
  }
  const path = `${(options.path ?? '/health').replace(/^\/*/, '/').replace(/\/+$/, '')}/${encode(probe ?? 'ready')}`;
  const authority = socket === undefined ? `${hostOf(host)}:${portOf(port, environment)}` : 'localhost';
  return { url: parse(`http://${authority}${path}`), socketPath: socket };
}

/** The URL of a probe. `fallback` is used if neither the URL nor the command line names a probe. */
export function probeUrl(text: string, probe: string | undefined, fallback = 'ready'): URL {
  const url = parse(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new UsageError(`${text}: the protocol ${url.protocol} is not supported: use http: or https:`);
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (path === '') url.pathname = `/health/${encode(probe ?? fallback)}`;
  else if (probe !== undefined) url.pathname = `${path}/${encode(probe)}`;
  return url;
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new UsageError(`"${text}" is not a URL: give one such as http://127.0.0.1:3000/health/ready`);
  }
}

function hostOf(host = '127.0.0.1'): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function portOf(given: string | undefined, environment: NodeJS.ProcessEnv): string {
  const place = given === undefined ? 'the environment variable PORT' : '--port';
  return checkedPort(given ?? environment['PORT'] ?? DEFAULT_PORT, place, 1);
}

/** A port number from `least` on. Throws `UsageError`, which names `place`. */
export function checkedPort(port: string, place: string, least: 0 | 1): string {
  if (/^\d+$/.test(port) && Number(port) >= least && Number(port) < 65_536) return port;
  throw new UsageError(`${place} is "${port}": use a whole number from ${least} to 65535`);
}

/** The name of a part of a composite has two segments: `database/primary`. */
const encode = (probe: string): string => probe.split('/').map(encodeURIComponent).join('/');
