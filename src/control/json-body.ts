import { isRecord } from '../core/is-record.js';
import { LONGEST_BODY, type ActionRequest } from '../extension/health-actions.js';
import type { EndpointResponse } from '../extension/endpoint-response.js';
import { show } from '../options/rules.js';
import { faulty, refusal } from './replies.js';

/** The JSON object in the body of a request, or the response to a body that has none. */
export type JsonBody =
  | { readonly object: Readonly<Record<string, unknown>>; readonly refused?: never }
  | { readonly refused: EndpointResponse; readonly object?: never };

const REMEDY = 'send a JSON object, such as {"reason": "vendor maintenance", "expiresIn": "30m"}';

export async function readJson({ request, readBody }: ActionRequest): Promise<JsonBody> {
  const type = request.headers['content-type'];
  if (typeof type !== 'string' || !/^application\/json *(?:;|$)/i.test(type)) {
    return { refused: refusal(415, 'the body must be JSON: send Content-Type: application/json') };
  }
  const body = await readBody();
  if (body.kind === 'too-large') return { refused: refusal(413, `the body is longer than ${LONGEST_BODY} bytes`) };
  if (body.kind === 'incomplete') return { refused: refusal(400, 'the body is incomplete') };
  return body.kind === 'parsed' ? objectIn(body.value) : parse(body.bytes.toString());
}

function parse(text: string): JsonBody {
  try {
    return objectIn(JSON.parse(text));
  } catch {
    const problem = text.trim() === '' ? 'it is empty' : 'it is not valid JSON';
    return { refused: faulty([{ place: 'body', problem, remedy: REMEDY }]) };
  }
}

function objectIn(value: unknown): JsonBody {
  if (isRecord(value)) return { object: value };
  return { refused: faulty([{ place: 'body', problem: `its value is ${show(value)}`, remedy: REMEDY }]) };
}
