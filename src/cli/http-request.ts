import type { IncomingMessage } from 'node:http';
import type { ProbeAddress } from './probe-address.js';

export interface RequestSettings {
  /** Milliseconds from the connection to the end of the response. */
  readonly timeout: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The certificate authorities for https, as PEM. Undefined: those of Node.js. */
  readonly ca: string | undefined;
  /** Accept any certificate. */
  readonly isInsecure: boolean;
}

const LONGEST_BODY = 8 << 20;

/** A complete response. */
export interface ReceivedResponse {
  readonly statusCode: number;
  /** The header `X-Health-Status`, which every format of the library has. */
  readonly status: string | undefined;
  readonly body: string;
}

/** Sends one request. Rejects if there is no complete response within the timeout. */
export async function sendRequest(
  address: ProbeAddress,
  settings: RequestSettings,
  { method = 'GET', body: sentBody }: { readonly method?: string; readonly body?: string | undefined } = {},
): Promise<ReceivedResponse> {
  const { url, socketPath } = address;
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      agent: false,
      headers: {
        accept: 'application/json',
        'user-agent': 'nest-vitals-cli',
        ...settings.headers,
        ...contentHeaders(sentBody),
      },
      ...(socketPath !== undefined && { socketPath }),
      ...(settings.ca !== undefined && { ca: settings.ca }),
      ...(settings.isInsecure && { rejectUnauthorized: false }),
    });
    const timer = setTimeout(() => over(new Error(`no response within ${settings.timeout} ms`)), settings.timeout);
    const over = (outcome: Error | ReceivedResponse): void => {
      clearTimeout(timer);
      sent.destroy();
      if (outcome instanceof Error) reject(outcome);
      else resolve(outcome);
    };
    sent.on('error', over);
    sent.once('response', (response) => {
      const status = response.headers['x-health-status'];
      readBody(response).then(
        (body) =>
          over({ statusCode: response.statusCode ?? 0, status: typeof status === 'string' ? status : undefined, body }),
        over,
      );
    });
    sent.end(sentBody);
  });
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new Error(`the response is longer than ${LONGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function contentHeaders(body: string | undefined): Readonly<Record<string, string | number>> {
  return body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
}

/** The message of an error of `sendRequest`. */
export function messageOf(error: unknown): string {
  // A host name with several addresses fails once for each of them.
  const cause: unknown = error instanceof AggregateError ? (error.errors[0] ?? error) : error;
  return cause instanceof Error ? cause.message : String(cause);
}
