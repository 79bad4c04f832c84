import {
  BASE_HEADERS,
  type HealthResponse,
  type ResponseHeaders,
  finishResponse,
  mergeHeaders,
} from './health-response.js';

const BEARER = 'Bearer realm="health"';
const BASIC = 'Basic realm="health", charset="UTF-8"';

/** The responses without a report. They contain no text of the request. */
export class Refusals {
  readonly notFound: HealthResponse;
  /** For all callers except browsers. A browser shows no password prompt for it. */
  readonly unauthorized: HealthResponse;
  /** With this challenge a browser asks its user for a password. */
  readonly unauthorizedInBrowser: HealthResponse;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(headers: Readonly<Record<string, string>>) {
    this.#headers = mergeHeaders(BASE_HEADERS, headers);
    this.notFound = finishResponse(404, this.#headers, { error: 'not found' });
    this.unauthorized = this.#challenge(BEARER);
    // One header line for each scheme: a browser that reads them as one line uses the first scheme only.
    this.unauthorizedInBrowser = this.#challenge([BASIC, BEARER]);
  }

  notAcceptable(mediaTypes: Readonly<Record<string, string>>): HealthResponse {
    return finishResponse(406, this.#headers, { error: 'not acceptable', formats: mediaTypes });
  }

  /** `headers`: those that describe the limit. */
  tooManyRequests(headers: Readonly<Record<string, string>>): HealthResponse {
    return finishResponse(429, { ...this.#headers, ...headers }, { error: 'too many requests' });
  }

  #challenge(challenge: ResponseHeaders[string]): HealthResponse {
    return finishResponse(401, { ...this.#headers, 'www-authenticate': challenge }, { error: 'unauthorized' });
  }
}
