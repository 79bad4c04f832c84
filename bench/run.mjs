/**
 * npm run bench -- [--quick] [--only fastify|express|start-up] [--passes <n>] [--seconds <n>]
 *
 * Prints a table and, when everything was measured in full, writes results.json beside this file.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeEnvironment } from './environment.mjs';
import { CONNECTIONS, measureHttp } from './http-benchmark.mjs';
import { pinning } from './pinning.mjs';
import { print } from './printout.mjs';
import { measureStartUp } from './start-up.mjs';
import { checkTargets } from './targets.mjs';

const ADAPTERS = ['fastify', 'express'];

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    passes: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const { quick, only } = values;
if (only !== undefined && ![...ADAPTERS, 'start-up'].includes(only)) {
  throw new Error(`--only ${only}: expected fastify, express or start-up`);
}

const cores = pinning();
const method = {
  isPinned: cores.isPinned,
  connections: CONNECTIONS,
  passes: positive('passes', quick ? 1 : 3),
  seconds: positive('seconds', quick ? 1 : 2),
  warmUpSeconds: 1,
};
const adapters = ADAPTERS.filter((adapter) => only === undefined || only === adapter);
const onProgress = (line) => process.stderr.write(`${line}\n`);

const http = adapters.length > 0 ? await measureHttp({ ...method, adapters, cores, onProgress }) : undefined;
const startUp =
  only === undefined || only === 'start-up'
    ? await measureStartUp({ processes: quick ? 5 : 21, onProgress })
    : undefined;

const targets = checkTargets({ http: http ?? [], startUp });
const results = { environment: describeEnvironment(), method, targets, http, startUp };
process.stdout.write(`${print(results)}\n`);
if (!quick && only === undefined) {
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`);
}

function positive(option, otherwise) {
  const value = Number(values[option] ?? otherwise);
  if (!(value > 0)) throw new Error(`--${option}: expected a number above 0`);
  return value;
}
