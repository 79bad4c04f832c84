import type { EndpointResponse } from '../../extension/endpoint-response.js';
import { FORM_HEADERS, renderProblem } from './form-page.js';

/** The page that the forms belong to. */
export const PAGE = 'dashboard';

type Headers = Readonly<Record<string, string>> | undefined;

/** The relative URL from that of a form to the page. A slash at the end is ignored as on Express. */
export function backFrom(url: string): string {
  const [path = ''] = url.split('?', 1);
  return `${path.endsWith('/') ? '../../' : '../'}${PAGE}`;
}

export function formResponse(statusCode: number, body: string, headers: Headers = {}): EndpointResponse {
  return { statusCode, contentType: 'text/html; charset=utf-8', headers: { ...FORM_HEADERS, ...headers }, body };
}

export function problemPage(
  statusCode: number,
  back: string,
  title: string,
  text: string,
  headers?: Headers,
): EndpointResponse {
  return formResponse(statusCode, renderProblem(back, title, text), headers);
}

export const noSuchForm = (back: string): EndpointResponse =>
  problemPage(404, back, 'Not found', 'There is no such form. The indicator may have been removed.');

/** The browser requests the page with GET, so that a reload sends no form again. */
export const redirect = (location: string): EndpointResponse => ({
  statusCode: 303,
  contentType: 'text/plain; charset=utf-8',
  headers: { location, 'referrer-policy': 'no-referrer' },
  body: '',
});
