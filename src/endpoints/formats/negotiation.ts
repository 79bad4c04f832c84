import { queryParameters } from '../../extension/query-parameters.js';
import type { HealthRequest } from '../../options/health-module-options.js';
import { MEDIA_TYPES } from './format.js';

interface MediaRange {
  readonly type: string;
  readonly quality: number;
}

/**
 * The name of the format for a request: `?format=` decides, else the header `Accept` (RFC 9110, section 12.5.1), else it
 * is JSON. Undefined: `?format=` names an unknown format. A header that matches no format gets JSON, because a 406 would fail
 * a probe for a header that probers send by default. `mediaTypes`: the media types by format name.
 */
export function formatOf(
  { headers, url }: HealthRequest,
  mediaTypes: Readonly<Record<string, string>> = MEDIA_TYPES,
): string | undefined {
  const { accept } = headers;
  const hasQuery = url.includes('?');
  // Fast path: nearly all probers send no Accept, or `*/*`.
  if (!hasQuery && (accept === undefined || accept === '*/*')) return 'json';
  const named = hasQuery ? queryParameters(url).get('format') : null;
  if (named !== null) return Object.hasOwn(mediaTypes, named) ? named : undefined;
  return preferred(typeof accept === 'string' ? accept : '', mediaTypes);
}

function preferred(accept: string, mediaTypes: Readonly<Record<string, string>>): string {
  const ranges = accept.split(',').flatMap(readRange);
  // A header without a valid media range counts as no header.
  if (ranges.length === 0) return 'json';
  let best = 'json';
  let bestQuality = 0;
  for (const [format, mediaType] of Object.entries(mediaTypes)) {
    const quality = qualityOf(mediaType, ranges);
    if (quality <= bestQuality) continue;
    best = format;
    bestQuality = quality;
  }
  return best;
}

/** The most specific range decides, whatever its position. */
function qualityOf(mediaType: string, ranges: readonly MediaRange[]): number {
  const candidates = [mediaType, `${mediaType.split('/', 1)[0]}/*`, '*/*'];
  for (const candidate of candidates) {
    const range = ranges.find(({ type }) => type === candidate);
    if (range) return range.quality;
  }
  return 0;
}

function readRange(text: string): MediaRange[] {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  if (!/^[^\s/]+\/[^\s/]+$/.test(type)) return [];
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter));
  const quality = weight === undefined ? 1 : Number(weight.slice(weight.indexOf('=') + 1));
  // A range with an invalid weight is ignored.
  return Number.isNaN(quality) ? [] : [{ type, quality: Math.min(1, Math.max(0, quality)) }];
}
