import { isRecord } from '../core/is-record.js';
import type { ActionRequest } from '../extension/health-actions.js';
import type { EndpointResponse } from '../extension/endpoint-response.js';
import { show } from '../options/rules.js';
import { faulty, refusal } from './json-responses.js';
import { readTyped } from './typed-body.js';

/** The JSON object in the body of a request, or the response to a body that has none. */
export type JsonBody =
  | { readonly object: Readonly<Record<string, unknown>>; readonly refused?: never }
  | { readonly refused: EndpointResponse; readonly object?: never };

const REMEDY = 'send a JSON object, such as {"reason": "vendor maintenance", "expiresIn": "30m"}';
const TEXTS = { subject: 'the body', otherType: 'the body must be JSON: send Content-Type: application/json' };

export async function readJson(action: ActionRequest): Promise<JsonBody> {
  const read = await readTyped(action, ['application/json'], TEXTS);
  if ('problem' in read) return { refused: refusal(read.statusCode, read.problem) };
  const { body } = read;
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
