import { connect } from 'node:net';
import * as fc from 'fast-check';

/** The response to some bytes. No status: the connection was closed without a response. */
export interface FuzzedResponse {
  readonly status: number | undefined;
  readonly text: string;
}

/** Milliseconds without data after which the client abandons an incomplete request. */
const QUIET = 200;
/** Milliseconds after which a response counts as missing. */
const LONGEST = 15_000;

/** Sends bytes without change, and reads until a response is complete or the connection is closed. Rejects if neither happens. */
export function sendBytes(port: number, bytes: Buffer): Promise<FuzzedResponse> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1');
    const over = (): void => {
      clearTimeout(deadline);
      clearTimeout(quiet);
      socket.destroy();
      const status = /^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1];
      resolve({ status: status === undefined ? undefined : Number(status), text });
    };
    const deadline = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no response and no close within ${LONGEST} ms: ${JSON.stringify(bytes.toString('latin1'))}`));
    }, LONGEST);
    const hangUp = (): void => void socket.end();
    let quiet = setTimeout(hangUp, QUIET);
    socket.setEncoding('latin1');
    socket.on('data', (received: string) => {
      text = (text + received).replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
      clearTimeout(quiet);
      if (isComplete(text)) over();
      else quiet = setTimeout(hangUp, QUIET);
    });
    socket.on('close', over);
    // A server closes the connection after bytes that it cannot parse.
    socket.on('error', () => undefined);
    socket.write(bytes);
  });
}

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const head = text.slice(0, end).toLowerCase();
  // A stream does not end, so its headers are enough.
  if (head.includes('text/event-stream')) return true;
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return text.length - end - 4 >= Number(length);
  return text.endsWith('0\r\n\r\n');
}

const METHODS = [
  'GET',
  'GET',
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
];
const ODD = [
  '%00',
  '%',
  '%zz',
  '%ff',
  '%2e%2e%2f',
  '..',
  '//',
  ';',
  '\\',
  "'",
  '"',
  '<script>',
  '{{7*7}}',
  '${1}',
  '__proto__',
  'constructor',
  '%E0%A4%A',
  '*',
  '|',
  '^',
];
const HEADERS = [
  'Accept',
  'Accept-Encoding',
  'Accept-Language',
  'Authorization',
  'Cache-Control',
  'Connection',
  'Content-Encoding',
  'Content-Type',
  'Cookie',
  'Expect',
  'Forwarded',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'Last-Event-ID',
  'Origin',
  'Range',
  'Referer',
  'TE',
  'Traceparent',
  'User-Agent',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Health-Key',
  'X-HTTP-Method-Override',
  'X-Request-Id',
];
const VALUES = [
  '',
  '*/*',
  'text/html',
  'text/plain;q=0.9, application/json',
  'application/health+json',
  'application/openmetrics-text',
  'text/event-stream',
  'application/json',
  'application/json; charset=nonsense',
  'gzip',
  'br',
  'identity',
  'Bearer ',
  'Basic Og==',
  'Basic !!!',
  'Digest x',
  'bytes=0-3',
  '100-continue',
  'close',
  'keep-alive',
  'upgrade',
  'W/"x"',
  '__proto__',
  ';;;,,,;q=',
  'q=1e309',
  '0'.repeat(5000),
];

const latin = (characters: fc.Arbitrary<number>, maxLength: number): fc.Arbitrary<string> =>
  fc.array(characters, { maxLength }).map((codes) => String.fromCharCode(...codes));
const visible = latin(fc.integer({ min: 0x21, max: 0x7e }), 40);
const anyByte = latin(fc.integer({ min: 0, max: 0xff }), 200);

const target = (paths: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...paths),
      fc.array(fc.oneof(fc.constantFrom(...ODD), visible), { maxLength: 2 }),
      fc.option(
        fc.array(
          fc.tuple(
            fc.oneof(fc.constantFrom('deep', 'format', 'view', 'deep[]', '__proto__[deep]', 'name'), visible),
            fc.oneof(
              fc.constantFrom('true', 'json', 'html', 'text', 'health', ...ODD),
              visible,
              fc.constant('a'.repeat(6000)),
            ),
          ),
          { maxLength: 5 },
        ),
        { nil: undefined },
      ),
      // Mostly an unchanged endpoint.
      fc.nat({ max: 3 }).map((value) => value > 0),
    )
    .map(([path, odd, query, isAsItIs]) => {
      const suffix = query === undefined ? '' : `?${query.map(([name, value]) => `${name}=${value}`).join('&')}`;
      return (isAsItIs ? path : path + odd.join('')) + suffix;
    });

const body = fc.oneof(
  { arbitrary: fc.constant(''), weight: 4 },
  { arbitrary: fc.json(), weight: 1 },
  { arbitrary: anyByte, weight: 1 },
  {
    arbitrary: fc.constantFrom('{"a":'.repeat(2000), '[', '{"__proto__":{"deep":true}}', 'x'.repeat(150_000)),
    weight: 1,
  },
);

/** A valid HTTP request with any path. */
const proper = (paths: readonly string[], keys: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...METHODS),
      target(paths),
      fc.array(fc.tuple(fc.constantFrom(...HEADERS), fc.oneof(fc.constantFrom(...VALUES, ...keys), visible)), {
        maxLength: 6,
      }),
      body,
    )
    .map(([method, path, headers, content]) => {
      const length = content === '' ? [] : [['Content-Length', String(content.length)]];
      const lines = [['Host', 'localhost'], ...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`);
      return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${content}`;
    });

/** An invalid request: with missing, added or repeated bytes, cut off, or random bytes. */
const improper = (requests: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    fc.tuple(requests, fc.nat(), anyByte, fc.nat({ max: 20 })).map(([request, where, put, lost]) => {
      const at = where % request.length;
      return request.slice(0, at) + put + request.slice(at + lost);
    }),
    fc.tuple(requests, fc.nat()).map(([request, where]) => request.slice(0, where % request.length)),
    fc.tuple(requests, requests).map(([one, other]) => one + other),
    fc
      .tuple(
        requests,
        fc.constantFrom(
          'Content-Length: 5',
          'Content-Length: -1',
          'Transfer-Encoding: chunked',
          'Transfer-Encoding: gzip',
          'Host: other',
          'X: \0',
          `X: ${'y'.repeat(20_000)}`,
          ' folded: line',
        ),
      )
      .map(([request, line]) => request.replace('\r\n', `\r\n${line}\r\n`)),
    anyByte,
  );

/** Requests for these paths and similar ones, with these keys among the header values. */
export function fuzzedRequests(
  paths: readonly string[],
  keys: readonly string[],
): Readonly<Record<'proper' | 'improper', fc.Arbitrary<Buffer>>> {
  const requests = proper(paths, keys);
  const asBytes = (text: string): Buffer => Buffer.from(text, 'latin1');
  return { proper: requests.map(asBytes), improper: improper(requests).map(asBytes) };
}
