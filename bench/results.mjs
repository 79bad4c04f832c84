import { readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { chart } from './chart.mjs';
import { writeDocuments } from './documents.mjs';
import { withTargets } from './targets.mjs';

const RESULTS = new URL('results.json', import.meta.url);
const CHART = new URL('../docs/images/benchmark.svg', import.meta.url);

export function readResults() {
  return JSON.parse(readFileSync(RESULTS, 'utf8'));
}

/** Writes the results, their picture, and their tables in the documents. */
export async function writeResults(measured) {
  const results = withTargets(measured);
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(CHART, chart(results));
  await writeDocuments(results);
}

/**
 * The earlier results with the parts that `measured` has. Throws if the environments differ, because figures of different
 * machines or versions must not stand in one table.
 */
export function withPartOf(earlier, measured) {
  const [before, now] = [earlier, measured].map(({ environment: { date: _date, ...rest } }) => rest);
  if (!isDeepStrictEqual(before, now)) {
    throw new Error(
      `The earlier results were measured with ${JSON.stringify(before)}, these with ${JSON.stringify(now)}: run all parts`,
    );
  }
  const { http, inProcess, engine, startUp } = measured;
  const isReplaced = ({ table }) => http?.some((each) => each.table === table);
  return {
    ...earlier,
    ...(http && { http: [...earlier.http.filter((each) => !isReplaced(each)), ...http] }),
    ...(inProcess && { inProcess }),
    ...(engine && { engine }),
    ...(startUp && { startUp }),
  };
}
