import type { RunPoint } from '../health-record.js';
import { type Markup, html } from '../../page/html.js';

const HEIGHT = 20;
const STEP = 3;
const SHORTEST = 2;
/** The full height is at most this multiple of the median, so that one long run does not flatten all others. */
const OUTLIER = 4;

/** Chart of the durations of the latest runs, with a text alternative. Undefined: there was no run. */
export function sparkline(points: readonly RunPoint[], width: number): Markup | undefined {
  const summary = summarise(points);
  if (!summary) return undefined;
  const longest = Math.max(1, Math.min(summary.max, summary.median * OUTLIER));
  const left = (width - points.length) * STEP + 1;
  // Relative coordinates from bar to bar, because short numbers keep the page small.
  let passed = '';
  let x = 0;
  let y = 0;
  for (const [index, { took, failed: isFailed }] of points.entries()) {
    if (isFailed) continue;
    const height = Math.min(HEIGHT, Math.max(SHORTEST, Math.round((took / longest) * HEIGHT)));
    const at = left + index * STEP;
    passed += `m${at - x} ${HEIGHT - y}v-${height}`;
    x = at;
    y = HEIGHT - height;
  }
  // A failed run is a dashed line of full height, so that it differs by more than its colour.
  const failed = points
    .map(({ failed: isFailed }, index) => (isFailed ? `M${left + index * STEP} 0v${HEIGHT}` : ''))
    .join('');
  return html`<svg
    class="spark"
    viewBox="0 0 ${width * STEP} ${HEIGHT}"
    role="img"
    aria-label="${describeRuns(points)}"
  >
    <path d="${passed}" />
    ${failed !== '' && html`<path class="bad" d="${failed}" />`}
  </svg>`;
}

/** `median 3 ms, 1 to 48 ms, 2 of 40 runs failed` */
export function describeRuns(points: readonly RunPoint[]): string {
  const summary = summarise(points);
  if (!summary) return 'no runs yet';
  const { min, median, max, failed } = summary;
  const runs = points.length === 1 ? '1 run' : `${points.length} runs`;
  const range = min === max ? `${median} ms` : `median ${median} ms, ${min} to ${max} ms`;
  return `${range}, ${failed === 0 ? runs : `${failed} of ${runs} failed`}`;
}

interface Summary {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly failed: number;
}

function summarise(points: readonly RunPoint[]): Summary | undefined {
  const sorted = points.map(({ took }) => took).toSorted((one, other) => one - other);
  const [min, median, max] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  if (min === undefined || median === undefined || max === undefined) return undefined;
  return {
    min: Math.round(min),
    median: Math.round(median),
    max: Math.round(max),
    failed: points.filter(({ failed }) => failed).length,
  };
}
