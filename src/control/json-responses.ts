import type { ConfigurationFault } from '../errors/fault.js';
import type { EndpointResponse } from '../extension/endpoint-response.js';

/** A response in JSON. */
export function reply(
  statusCode: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): EndpointResponse {
  return {
    statusCode,
    contentType: 'application/json; charset=utf-8',
    headers: { 'x-content-type-options': 'nosniff', ...headers },
    body: JSON.stringify(body),
  };
}

/** The response to a request that is refused. `error`: one sentence, which never contains a key. */
export function refusal(
  statusCode: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): EndpointResponse {
  return reply(statusCode, { error }, headers);
}

/** A body with faults. Each has the place, the value and the remedy. */
export function faulty(faults: readonly ConfigurationFault[]): EndpointResponse {
  const error = `the body has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}, nothing has changed`;
  return reply(400, { error, faults });
}
