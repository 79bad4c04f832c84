import { isRecord } from '../../core/is-record.js';
import type { ActionRequest } from '../../extension/health-actions.js';
import { readTyped } from '../typed-body.js';
import { URL_ENCODED, encodingFor, fieldsIn } from './encoding.js';

/** The fields of a form, or the reason for which it cannot be read. */
export type FormBody =
  | { readonly fields: ReadonlyMap<string, string>; readonly refused?: never }
  | { readonly refused: { readonly statusCode: 400 | 413 | 415; readonly problem: string }; readonly fields?: never };

const TEXTS = { subject: 'The form', otherType: 'The body is not a form' };

export async function readForm(action: Pick<ActionRequest, 'request' | 'readBody'>): Promise<FormBody> {
  const read = await readTyped(action, [URL_ENCODED, encodingFor(action.request)], TEXTS);
  if ('problem' in read) return { refused: { ...read, problem: `${read.problem}.` } };
  const { type, body } = read;
  if (body.kind === 'bytes') return { fields: fieldsIn(body.bytes.toString(), type) };
  // A parser of the application makes lists and objects of unusual names. The forms have no such fields.
  const entries = isRecord(body.value) ? Object.entries(body.value) : [];
  return { fields: new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')) };
}
