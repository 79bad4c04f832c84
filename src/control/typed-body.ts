import { type ActionRequest, LONGEST_BODY, LONGEST_TRANSFER, type RequestBody } from '../extension/health-actions.js';

/** A body of one of the expected media types, or the status code and the reason of a refusal. */
export type TypedBody<Type extends string> =
  | { readonly type: Type; readonly body: Extract<RequestBody, { readonly kind: 'bytes' | 'parsed' }> }
  | { readonly statusCode: 400 | 413 | 415; readonly problem: string };

/** The texts of a refusal. `subject`: the name of the body. `otherType`: the problem of another media type. */
interface Texts {
  readonly subject: string;
  readonly otherType: string;
}

/** Reads the body of an operation, if its media type is one of these. */
export async function readTyped<Type extends string>(
  { request, readBody }: Pick<ActionRequest, 'request' | 'readBody'>,
  types: readonly Type[],
  { subject, otherType }: Texts,
): Promise<TypedBody<Type>> {
  const given = String(request.headers['content-type']).split(';', 1)[0]?.trim().toLowerCase();
  const type = types.find((one) => one === given);
  if (type === undefined) return { statusCode: 415, problem: otherType };
  const body = await readBody();
  if (body.kind === 'too-large') return { statusCode: 413, problem: `${subject} is longer than ${LONGEST_BODY} bytes` };
  if (body.kind !== 'incomplete') return { type, body };
  return { statusCode: 400, problem: `${subject} is not complete within ${LONGEST_TRANSFER / 1000} s` };
}
