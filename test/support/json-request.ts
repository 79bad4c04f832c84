import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface JsonResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface JsonRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON. Undefined: no body. */
  readonly body?: unknown;
}

/** Sends a request with a body in one piece, with its length, and without a change of the path. */
export function sendJson(
  port: number,
  method: string,
  path: string,
  { headers = {}, body }: JsonRequest = {},
): Promise<JsonResponse> {
  const sent = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      method,
      agent: false,
      headers: {
        'user-agent': 'kube-probe/1.31',
        ...(sent && { 'content-type': 'application/json', 'content-length': String(sent.length) }),
        ...headers,
      },
    };
    let hasResponded = false;
    request(options, (response) => {
      hasResponded = true;
      text(response).then((received) => {
        const isJson = String(response.headers['content-type']).startsWith('application/json') && received !== '';
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: isJson ? (JSON.parse(received) as Record<string, unknown>) : {},
          text: received,
        });
      }, reject);
    })
      // The server may close the connection before it has read a long body.
      .on('error', (error) => !hasResponded && reject(error))
      .end(sent);
  });
}
