import { flatDetails } from '../core/composite-detail.js';
import { HealthStatus, isFailing, isHealthStatus } from '../core/status.js';
import { show } from '../options/rules.js';
import { type HealthResponse, readResponse } from './matched-response.js';
import { type ShownDetail, reportText } from './report-text.js';

/** The result of a matcher for `expect.extend()` of vitest and of Jest. */
export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** A promise only if the response has to be awaited. */
type MaybePromised = MatcherResult | Promise<MatcherResult>;

function toBeReady(received: unknown): MaybePromised {
  return judge(received, (response) => ({ pass: isPassing(response), expected: 'be ready' }));
}

function toBeLive(received: unknown): MaybePromised {
  return judge(received, (response) => ({ pass: isPassing(response), expected: 'be live' }));
}

function toHaveHealthStatus(received: unknown, status: HealthStatus): MaybePromised {
  refuseUnknownStatus('toHaveHealthStatus', status);
  return judge(received, (response) => ({ pass: response.status === status, expected: `have the status ${status}` }));
}

function toReport(received: unknown, name: string, status: HealthStatus, text?: string | RegExp): MaybePromised {
  refuseUnknownStatus('toReport', status);
  return judge(received, (response) => {
    const detail = detailOf(response, name);
    const hasText = text === undefined || matchesText(response, name, detail, text);
    const withText = text === undefined ? '' : ` with ${typeof text === 'string' ? show(text) : String(text)}`;
    return { pass: detail.status === status && hasText, expected: `report ${name} as ${status}${withText}` };
  });
}

/**
 * For `expect.extend(healthMatchers)` of vitest and of Jest. The matchers accept a response of supertest, of Fastify's
 * `inject()` or of `fetch`, a promise of one, or a report of `HealthService`. Await the matcher for a promise and for `fetch`.
 */
export const healthMatchers = { toBeReady, toBeLive, toHaveHealthStatus, toReport };

interface Comparison {
  readonly pass: boolean;
  /** Completes the sentence "Expected the application (not) to …". */
  readonly expected: string;
}

function judge(received: unknown, compare: (response: HealthResponse) => Comparison): MaybePromised {
  const conclude = (response: HealthResponse): MatcherResult => {
    const { pass, expected } = compare(response);
    return {
      pass,
      message: () => `Expected the application ${pass ? 'not ' : ''}to ${expected}.\n\n${responseText(response)}`,
    };
  };
  const response = readResponse(received);
  return response instanceof Promise ? response.then(conclude) : conclude(response);
}

/** Probers over HTTP use the status code, which the application can set for each status. */
function isPassing({ statusCode, status }: HealthResponse): boolean {
  if (statusCode !== undefined) return statusCode >= 200 && statusCode < 300;
  return isHealthStatus(status) && !isFailing(status);
}

/** Throws if the response does not show the indicator, because a matcher with `.not` would pass. */
function detailOf(response: HealthResponse, name: string): ShownDetail {
  const { details } = response;
  if (!details) {
    throw new Error(
      `The response does not show ${name}. ${viewHint(response, name, '"components" or "full"')} ` +
        `The format must be "vitals" or "spring".\n\n${responseText(response)}`,
    );
  }
  const all = new Map(flatDetails<ShownDetail>(details));
  const detail = all.get(name);
  if (!detail) {
    throw new Error(
      `The report has no indicator ${name}. It has ${[...all.keys()].join(', ') || 'no indicators'}.\n\n${responseText(response)}`,
    );
  }
  return detail;
}

function matchesText(response: HealthResponse, name: string, detail: ShownDetail, expected: string | RegExp): boolean {
  const text = detail.error ?? detail.message;
  if (text === undefined && detail.status !== 'UP') {
    throw new Error(
      `The response does not show why ${name} is ${detail.status}. ${viewHint(response, name, '"full"')}` +
        `\n\n${responseText(response)}`,
    );
  }
  return text !== undefined && (typeof expected === 'string' ? text.includes(expected) : text.search(expected) !== -1);
}

/** The hint for a response with this view. An endpoint that shows details by default hides them from callers without a key. */
function viewHint({ request = '' }: HealthResponse, name: string, view: string): string {
  const hasDetails = ['deep', name].some((endpoint) => request.split('?')[0]?.endsWith(`/${endpoint}`));
  return hasDetails
    ? `This endpoint shows it only to callers with access: send an API key in X-Health-Key, or set its view to ${view}.`
    : `Use an endpoint with the view ${view}, such as /health/${name} or /health/deep.`;
}

function responseText(response: HealthResponse): string {
  const { request, statusCode } = response;
  const head =
    statusCode === undefined ? 'The report: ' : `The response to ${request ?? 'the request'} (${statusCode}): `;
  return head + reportText(response);
}

function refuseUnknownStatus(matcher: string, status: unknown): void {
  if (isHealthStatus(status)) return;
  const known = Object.values(HealthStatus).join(', ');
  throw new TypeError(`${matcher}: there is no status ${show(status)}; the statuses are ${known}`);
}
