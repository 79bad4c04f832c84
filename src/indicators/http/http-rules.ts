import { isRecord } from '../../core/is-record.js';
import { type Rule, whole } from '../../options/rules.js';
import { proxyOf } from './proxy.js';
import { type Target, splitCredentials } from './target.js';

/** Undefined: the value is not a usable URL. */
export function targetIn(value: unknown): Target | undefined {
  try {
    const target = typeof value === 'string' ? splitCredentials(value) : undefined;
    // No server can listen on port 0.
    return target && /^https?:$/.test(target.url.protocol) && target.url.port !== '0' ? target : undefined;
  } catch {
    return undefined;
  }
}

export const httpUrl: Rule = {
  expected: 'an http or https URL',
  accepts: (value) => typeof value === 'function' || targetIn(value) !== undefined,
};

/** Headers that the connection or the proxy sets. A request with another value hangs or is refused. */
const RESERVED: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The rule for the given headers. Its text names the first header that cannot be set. */
export function headersRuleFor(given: unknown): Rule {
  const reserved = isRecord(given) ? Object.keys(given).find((name) => RESERVED.has(name.toLowerCase())) : undefined;
  return reserved === undefined
    ? headersRule
    : { expected: `headers without "${reserved}", which the connection sets itself`, accepts: () => false };
}

export const headersRule: Rule = {
  expected: 'an object of header names and values, or a function that returns one',
  accepts: (value) => typeof value === 'function' || (isRecord(value) && areHeaders(value)),
};

function areHeaders(value: Readonly<Record<string, unknown>>): boolean {
  const headers = new Headers();
  try {
    for (const [name, text] of Object.entries(value)) {
      if (typeof text !== 'string' || RESERVED.has(name.toLowerCase())) return false;
      headers.set(name, text);
    }
    return true;
  } catch {
    return false;
  }
}

const httpStatus = whole(100, 599);
export const statuses: Rule = {
  expected: `${httpStatus.expected}, or a list of them`,
  accepts: (value) =>
    Array.isArray(value)
      ? value.length > 0 && value.every((each) => httpStatus.accepts(each))
      : httpStatus.accepts(value),
};

/** Many servers refuse a GET or HEAD with a body (RFC 9110, section 9.3.1). */
export const bodyRule = (method: unknown): Rule =>
  method === 'POST' || method === 'OPTIONS'
    ? { expected: 'a text', accepts: (value) => typeof value === 'string' }
    : { expected: 'a text, with the method POST or OPTIONS', accepts: () => false };

export const proxyRule = (hasSocket: boolean): Rule => ({
  expected: hasSocket ? 'either proxy or socketPath' : 'the http or https URL of a proxy, without a path',
  accepts: (value) => !hasSocket && proxyOf(value) !== undefined,
});

/** In bytes. Linux allows 108 with the terminating zero (unix(7)), macOS fewer. */
const LONGEST_SOCKET_PATH = 107;

export const socketRule: Rule = {
  expected: `the absolute path of a Unix domain socket, of ${LONGEST_SOCKET_PATH} bytes at most`,
  accepts: (value) =>
    typeof value === 'string' &&
    (value.startsWith('/') || value.startsWith('\\\\.\\pipe\\')) &&
    !value.includes('\0') &&
    Buffer.byteLength(value) <= LONGEST_SOCKET_PATH,
};
