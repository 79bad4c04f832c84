/**
 * npm run bench -- [--quick] [--only fastify|express|peers|engine|start-up] [--rounds <n>] [--requests <n>]
 *
 * Prints a table. After a complete run it also writes results.json in this folder, docs/images/benchmark.svg, and the tables of
 * README.md and docs/performance.md.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeEnvironment } from './environment.mjs';
import { chart } from './chart.mjs';
import { writeDocuments } from './documents.mjs';
import { measureEngine } from './engine-benchmark.mjs';
import { CONNECTIONS, measureHttp } from './http-benchmark.mjs';
import { pinning } from './pinning.mjs';
import { print } from './printout.mjs';
import { measureStartUp } from './start-up.mjs';
import { TABLE_NAMES } from './subjects.mjs';
import { checkTargets } from './targets.mjs';

const PARTS = [...TABLE_NAMES, 'engine', 'start-up'];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    requests: { type: 'string' },
  },
});
const { quick, only } = values;
if (only !== undefined && !PARTS.includes(only)) {
  throw new Error(`--only ${only}: expected one of ${PARTS.join(', ')}`);
}
const isWanted = (part) => only === undefined || only === part;

const cores = pinning();
const method = {
  isPinned: cores.isPinned,
  connections: CONNECTIONS,
  rounds: positive('rounds', quick ? 5 : 25),
  requests: positive('requests', 4000),
  warmUpRequests: 5000,
};
const tables = TABLE_NAMES.filter(isWanted);
const onProgress = (line) => process.stderr.write(`${line}\n`);

const http = tables.length > 0 ? await measureHttp({ ...method, tables, cores, onProgress }) : undefined;
const engine = isWanted('engine') ? await measureEngine({ processes: quick ? 1 : 5, onProgress }) : undefined;
const startUp = isWanted('start-up') ? await measureStartUp({ processes: quick ? 5 : 21, onProgress }) : undefined;

const targets = checkTargets({ http: http ?? [], engine, startUp });
const results = { environment: describeEnvironment(), method, targets, http, engine, startUp };
process.stdout.write(`${print(results)}\n`);
if (!quick && only === undefined) {
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(new URL('../docs/images/benchmark.svg', import.meta.url), chart(results));
  await writeDocuments(results);
}

function positive(option, otherwise) {
  const value = Number(values[option] ?? otherwise);
  if (!(value > 0)) throw new Error(`--${option}: expected a number above 0`);
  return value;
}
