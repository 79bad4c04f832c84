import { isRecord } from '../../core/is-record.js';
import { type ActionRequest, LONGEST_BODY } from '../../extension/health-actions.js';
import { URL_ENCODED, encodingFor, fieldsIn } from './encoding.js';

/** The fields of a form, or the reason for which it cannot be read. */
export type FormBody =
  | { readonly fields: ReadonlyMap<string, string>; readonly refused?: never }
  | { readonly refused: { readonly statusCode: 400 | 413 | 415; readonly problem: string }; readonly fields?: never };

export async function readForm({ request, readBody }: Pick<ActionRequest, 'request' | 'readBody'>): Promise<FormBody> {
  const type = String(request.headers['content-type']).split(';', 1)[0]?.trim().toLowerCase();
  const encoding = [URL_ENCODED, encodingFor(request)].find((one) => one === type);
  if (!encoding) {
    return { refused: { statusCode: 415, problem: 'The body is no form.' } };
  }
  const body = await readBody();
  if (body.kind === 'too-large') {
    return { refused: { statusCode: 413, problem: `The form is longer than ${LONGEST_BODY} bytes.` } };
  }
  if (body.kind === 'incomplete') return { refused: { statusCode: 400, problem: 'The form is incomplete.' } };
  if (body.kind === 'bytes') return { fields: fieldsIn(body.bytes.toString(), encoding) };
  // A parser of the application makes lists and objects of unusual names. The forms have no such fields.
  const entries = isRecord(body.value) ? Object.entries(body.value) : [];
  return { fields: new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')) };
}
