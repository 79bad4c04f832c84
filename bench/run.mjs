/**
 * npm run bench -- [--quick] [--only fastify|express|peers|in-process|engine|start-up] [--update] [--rounds <n>] [--requests <n>]
 *
 * Prints a table. After a complete run it also writes results.json in this folder, docs/images/benchmark.svg, and the tables of
 * README.md and docs/performance.md. With --only and --update it replaces the figures of that part there, if the others were
 * measured with the same processor and versions.
 */
import { parseArgs } from 'node:util';
import { describeEnvironment } from './environment.mjs';
import { measureEngine } from './engine-benchmark.mjs';
import { CONNECTIONS, measureHttp } from './http-benchmark.mjs';
import { measureInProcess } from './in-process-benchmark.mjs';
import { pinning } from './pinning.mjs';
import { print } from './printout.mjs';
import { measureStartUp } from './start-up.mjs';
import { readResults, withPartOf, writeResults } from './results.mjs';
import { TABLE_NAMES } from './subjects.mjs';
import { withTargets } from './targets.mjs';

const PARTS = [...TABLE_NAMES, 'in-process', 'engine', 'start-up'];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    update: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    requests: { type: 'string' },
  },
});
const { quick, only, update } = values;
if (only !== undefined && !PARTS.includes(only)) {
  throw new Error(`--only ${only}: expected one of ${PARTS.join(', ')}`);
}
const isWanted = (part) => only === undefined || only === part;

const cores = pinning();
const method = {
  isPinned: cores.isPinned,
  connections: CONNECTIONS,
  processes: quick ? 1 : 5,
  /** Of each process. */
  rounds: positive('rounds', 5),
  requests: positive('requests', 4000),
};
const tables = TABLE_NAMES.filter(isWanted);
const onProgress = (line) => process.stderr.write(`${line}\n`);

const http = tables.length > 0 ? await measureHttp({ ...method, tables, cores, onProgress }) : undefined;
const inProcess = isWanted('in-process')
  ? await measureInProcess({ processes: method.processes, rounds: method.rounds, requests: 10_000, cores, onProgress })
  : undefined;
const engine = isWanted('engine') ? await measureEngine({ processes: quick ? 1 : 5, onProgress }) : undefined;
const startUp = isWanted('start-up') ? await measureStartUp({ processes: quick ? 5 : 21, onProgress }) : undefined;

const measured = { environment: describeEnvironment(), method, http, inProcess, engine, startUp };
process.stdout.write(`${print(withTargets(measured))}\n`);
if (update && only !== undefined) await writeResults(withPartOf(readResults(), measured));
else if (!quick && only === undefined) await writeResults(measured);

function positive(option, otherwise) {
  const value = Number(values[option] ?? otherwise);
  if (!(value > 0)) throw new Error(`--${option}: expected a number above 0`);
  return value;
}
