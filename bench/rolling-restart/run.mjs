/**
 * npm run demo:rolling-restart -- [--quick] [--balancer <name>] [--subject <name>]
 *                                 [--rounds <n>] [--rate <n>]
 *
 * Restarts three instances one after the other under a steady load and prints the lost requests. A complete run writes
 * results.json in this folder. `--quick` runs one round behind one balancer. Requires haproxy, nginx, caddy, apache2 and varnish.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeEnvironment } from '../environment.mjs';
import { BALANCERS } from './balancers/balancers.mjs';
import { isInstalled, versionOf } from './balancers/private-process.mjs';
import { buildSample } from './build-sample.mjs';
import { print } from './printout.mjs';
import { restartInTurn } from './rolling-restart.mjs';
import { SUBJECTS } from './subjects.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    balancer: { type: 'string' },
    subject: { type: 'string' },
    rounds: { type: 'string' },
    rate: { type: 'string' },
  },
});
const { quick } = values;
const method = { rate: positive('rate', 300), rounds: positive('rounds', quick ? 1 : 2) };
const balancers = choose('balancer', BALANCERS, quick ? ['haproxy'] : Object.keys(BALANCERS));
const subjects = choose('subject', SUBJECTS, Object.keys(SUBJECTS));
const isComplete = !quick && [values.balancer, values.subject, values.rounds, values.rate].every((value) => !value);

const programs = [...new Set(balancers.map((balancer) => BALANCERS[balancer].program))];
const missing = programs.filter((program) => !isInstalled(program));
if (missing.length > 0)
  throw new Error(`${missing.join(' and ')} must be installed (apt-get install ${missing.join(' ')})`);
// Ctrl-C must end the child processes too.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
if (subjects.includes('sample')) buildSample();

const runs = [];
for (const balancer of balancers) {
  for (const subject of subjects) {
    const what = `${balancer}, ${SUBJECTS[subject].title}`;
    const onProgress = (line) => process.stderr.write(`${what}, ${line}\n`);
    const run = await restartInTurn({ subject, balancer, ...method, onProgress });
    onProgress(`${run.failures.length} of ${run.requests} requests failed`);
    runs.push(run);
  }
}

const environment = { ...describeEnvironment(), programs: programs.map(versionOf) };
const results = { environment, method, runs };
process.stdout.write(`${print(results)}\n`);
if (isComplete) writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`);

function choose(option, known, otherwise) {
  const name = values[option];
  if (name === undefined) return otherwise;
  if (!Object.hasOwn(known, name)) throw new Error(`--${option} ${name}: expected ${Object.keys(known).join(', ')}`);
  return [name];
}

function positive(option, otherwise) {
  const value = Number(values[option] ?? otherwise);
  if (!(value > 0)) throw new Error(`--${option}: expected a number above 0`);
  return value;
}
