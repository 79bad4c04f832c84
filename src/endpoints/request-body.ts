import type { IncomingMessage } from 'node:http';
import { LONGEST_BODY, NO_BODY, type ReadBody, type RequestBody } from '../extension/health-actions.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { AdapterResponse } from './write-response.js';

const TOO_LARGE: RequestBody = { kind: 'too-large' };

/** The body of a request of the adapter, whether a body parser of the application has read it or not. */
export function bodyReader(request: HealthRequest, response: AdapterResponse): ReadBody {
  return () => {
    const { body, rawBody } = request;
    if (body !== undefined && body !== null) return Promise.resolve(parsedBody(body, rawBody, request));
    const { req } = 'raw' in response ? response.raw : response;
    return req.readableDidRead ? NO_BODY() : readStream(req);
  };
}

/** Reads a body. Beyond the limit it keeps nothing, and Node drops the rest. */
export function readStream(stream: IncomingMessage): Promise<RequestBody> {
  if (Number(stream.headers['content-length'] ?? 0) > LONGEST_BODY) return Promise.resolve(TOO_LARGE);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (body: RequestBody): void => {
      stream.off('data', add).off('end', complete).off('close', lost).off('error', lost);
      // Node emits the error of a connection that breaks now.
      stream.on('error', () => undefined).resume();
      resolve(body);
    };
    const add = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > LONGEST_BODY) end(TOO_LARGE);
      else chunks.push(chunk);
    };
    const complete = (): void => end({ kind: 'bytes', bytes: Buffer.concat(chunks) });
    const lost = (): void => end({ kind: 'incomplete' });
    if (stream.destroyed) return resolve({ kind: 'incomplete' });
    stream.on('data', add).once('end', complete).once('close', lost).once('error', lost);
  });
}

/** The parser has its own limit, which may be higher. */
function parsedBody(value: unknown, rawBody: unknown, { headers }: HealthRequest): RequestBody {
  const raw = [rawBody, value].find((one) => typeof one === 'string' || Buffer.isBuffer(one));
  if (raw !== undefined) {
    const bytes = Buffer.from(raw as string);
    return bytes.length > LONGEST_BODY ? TOO_LARGE : { kind: 'bytes', bytes };
  }
  const declared = headers['content-length'];
  // HTTP ends the body at this length, whatever was sent.
  if (declared !== undefined) return Number(declared) > LONGEST_BODY ? TOO_LARGE : { kind: 'parsed', value };
  try {
    return Buffer.byteLength(JSON.stringify(value)) > LONGEST_BODY ? TOO_LARGE : { kind: 'parsed', value };
  } catch {
    // Nested so deeply that it exceeds the stack.
    return TOO_LARGE;
  }
}
