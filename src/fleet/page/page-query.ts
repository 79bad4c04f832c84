import { queryParameters } from '../../extension/query-parameters.js';

/** The options of the page in the URL of a request. */
export interface PageQuery {
  /** The text to search for. Undefined: all instances are shown. */
  readonly search: string | undefined;
  /** Whether the page stays as it is. */
  readonly isPaused: boolean;
}

const LONGEST_SEARCH = 100;

/** Reads `?q=<text>` and `?pause`. */
export function pageQueryOf(url: string): PageQuery {
  const parameters = queryParameters(url);
  // Without the half of a surrogate pair, which cannot be written into the URL of the stream.
  const search = parameters
    .get('q')
    ?.trim()
    .slice(0, LONGEST_SEARCH)
    .replace(/[\uD800-\uDBFF]$/, '');
  return { search, isPaused: parameters.has('pause') };
}
