import type { StoreAddress } from './store-address.js';
import { SENTINEL_PASSWORD, STORE_PASSWORD } from './store-login.js';
import { SCHEMES } from './store-kind.js';

/** Causes of an error that are read. */
const MOST_CAUSES = 6;

const SENTINEL = `--sentinel-password-file or ${SENTINEL_PASSWORD}`;

type Explanation = string | ((address: StoreAddress) => string);

/**
 * The faults that a person has to correct, by the codes and the texts of Node.js, OpenSSL, the servers and their clients.
 * Some clients repeat the text of another error without its code.
 */
const FAULTS: readonly (readonly [RegExp, Explanation])[] = [
  [
    /SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|self-signed certificate|unable to (?:verify the first|get local issuer)/,
    ({ tls }) =>
      tls?.ca === undefined
        ? 'the certificate of the server is not signed by a trusted authority: give the certificate of its authority with --ca-file'
        : 'the certificate of the server is not signed by the authority in --ca-file: give the certificate of its authority there',
  ],
  [
    /ALTNAME_INVALID|does not match certificate's altnames/,
    ({ kind }) => `the certificate of the server is for another host: use a host name of the certificate in --${kind}`,
  ],
  [/CERT_HAS_EXPIRED|certificate has expired/, 'the certificate of the server has expired: renew it on the server'],
  [
    /CERT_NOT_YET_VALID|certificate is not yet valid/,
    'the certificate of the server is not valid yet: compare the clocks of both machines',
  ],
  [
    /alert (?:certificate required|bad certificate|unknown ca|handshake failure)|ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE)/i,
    ({ tls }) =>
      tls?.cert === undefined
        ? 'the server requires a client certificate: give --cert-file and --cert-key-file'
        : 'the server refused the client certificate: give one in --cert-file that its authority has signed',
  ],
  [
    /WRONG_VERSION_NUMBER|wrong version number|packet length too long|is not available on this server|before secure TLS connection/,
    ({ kind }) => `the server does not use TLS on this port: use another port, or ${SCHEMES[kind].plain}//`,
  ],
  [
    /NOAUTH|Authentication required|user name is empty|requires a password/,
    ({ topology }) =>
      `the server requires a login: give the user in the address, and the password with --password-file or ${STORE_PASSWORD}` +
      (topology.kind === 'sentinels' ? `, and those of the sentinels with --sentinel-user and ${SENTINEL}` : ''),
  ],
  [
    /WRONGPASS|invalid username-password|Authorization Violation|AUTHORIZATION_VIOLATION|authentication failed|refused the (?:password|credentials)/i,
    ({ login, topology }) =>
      login.credentials === undefined
        ? 'the server refused the login: check the user in the address and the password' +
          (topology.kind === 'sentinels' ? `, and those of the sentinels in --sentinel-user and ${SENTINEL}` : '')
        : 'the server refused the login: check that the user in --nats-credentials-file belongs to an account of the server',
  ],
  [
    /(?:account|user) authentication expired|ACCOUNT_EXPIRED|AUTHENTICATION_EXPIRED/i,
    'the login has expired: write a new one into --nats-credentials-file, and start again',
  ],
  [/\bMOVED \d/, 'the server is a node of a cluster: give --redis-cluster too'],
  [/cluster support disabled/, 'the server is not a node of a cluster: leave --redis-cluster out'],
  [/unknown command\W+eval/i, 'the server has no command EVAL: if it is a sentinel, give --redis-sentinel <name> too'],
  [/unknown command\W+sentinel/i, 'the server is not a sentinel: leave --redis-sentinel out'],
  [
    /got an invalid reply: null|No such master with that name/,
    'the sentinels monitor no Redis of that name: check --redis-sentinel',
  ],
];

/** The fault and its remedy. Undefined: the fault is unknown. */
export function explainFault(error: unknown, address: StoreAddress): string | undefined {
  const text = textsOf(error).join('\n');
  const explanation = FAULTS.find(([pattern]) => pattern.test(text))?.[1];
  return typeof explanation === 'function' ? explanation(address) : explanation;
}

/** Servers that refuse a connection because of its encryption often close it without a reason. */
const CLOSED = /ECONNRESET|EPIPE|^timeout$|Failed to connect|Connection dropped/m;
/** The only message of `ioredis` about sentinels and nodes of a cluster that it cannot connect to. */
const NONE_ACCEPTS = /Connection is closed/;

/** A possible fault if no connection was successful so far. Undefined: unknown. */
export function explainClosed(error: unknown, { kind, tls, topology }: StoreAddress): string | undefined {
  const text = textsOf(error).join('\n');
  if (topology.kind !== 'server' && NONE_ACCEPTS.test(text)) {
    const remedy = tls
      ? 'whether --ca-file has the authority of their certificates'
      : 'use rediss:// if they require TLS';
    const servers = topology.kind === 'cluster' ? 'node of the cluster' : 'sentinel';
    return `no ${servers} accepts a connection: check the addresses in --redis, and ${remedy}`;
  }
  if (!CLOSED.test(text)) return undefined;
  const closed = 'the server closed the connection: ';
  if (!tls) return `${closed}if it requires TLS, use ${SCHEMES[kind].encrypted}//`;
  return tls.cert === undefined
    ? `${closed}if it requires a client certificate, give --cert-file and --cert-key-file`
    : `${closed}it may have refused the client certificate in --cert-file`;
}

/** The codes and messages of an error and of its causes. */
function textsOf(error: unknown): string[] {
  const texts: string[] = [];
  let found: unknown[] = [error];
  for (let depth = 0; depth < MOST_CAUSES && found.length > 0; depth += 1) {
    texts.push(...found.flatMap((each) => (each instanceof Error ? [codeOf(each), each.message] : [String(each)])));
    found = found.flatMap(causesOf).filter((each) => each !== undefined);
  }
  return texts;
}

const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? '';

function causesOf(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  const { errors } = error as { readonly errors?: unknown };
  return [error.cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])];
}
