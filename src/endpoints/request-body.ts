import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  LONGEST_BODY,
  LONGEST_TRANSFER,
  NO_BODY,
  type ReadBody,
  type RequestBody,
} from '../extension/health-actions.js';
import type { HealthRequest } from '../options/health-module-options.js';
import type { AdapterResponse } from './write-response.js';

const TOO_LARGE: RequestBody = { kind: 'too-large' };
const INCOMPLETE: RequestBody = { kind: 'incomplete' };

/** Milliseconds for a caller to read the response and to end its body. */
const GRACE = 2000;

/** The body of a request of the adapter, whether a body parser of the application has read it or not. */
export function bodyReader(request: HealthRequest, response: AdapterResponse): ReadBody {
  const raw = 'raw' in response ? response.raw : response;
  const { req } = raw;
  closeUnended(req, raw);
  return () => {
    const { body, rawBody } = request;
    if (body !== undefined && body !== null) return Promise.resolve(parsedBody(body, rawBody, request));
    return req.readableDidRead ? NO_BODY() : readStream(req);
  };
}

/** Whether the headers announce a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Closes the connection of a request whose body has not ended 2 s after the response, such as the 401 for a wrong key. Until
 * then the rest of the body is dropped: if the connection closed at once, a caller that still sends could lose the response.
 */
export function closeUnended(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || !hasBody(request)) return;
  response.once('finish', () => {
    if (request.complete) return;
    const timer = setTimeout(() => request.socket.destroy(), GRACE).unref();
    request.once('close', () => clearTimeout(timer));
  });
}

/** Reads a body up to the limits. Node drops the rest. */
export function readStream(stream: IncomingMessage): Promise<RequestBody> {
  if (Number(stream.headers['content-length'] ?? 0) > LONGEST_BODY) return Promise.resolve(TOO_LARGE);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (body: RequestBody): void => {
      clearTimeout(timer);
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
    const lost = (): void => end(INCOMPLETE);
    const timer = setTimeout(lost, LONGEST_TRANSFER).unref();
    if (stream.destroyed) return lost();
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
