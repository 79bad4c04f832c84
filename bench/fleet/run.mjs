/**
 * npm run bench:fleet
 *
 * Simulates fleets of 10 to 10,000 instances on a real Redis, NATS and etcd: messages and bytes at the server, CPU time and
 * memory of an instance that serves the fleet and of one that does not, delay from a change until an instance receives it, time of
 * the response. For the page: delay from a change until an open page receives it, time and size of the HTML, time until Chromium
 * has loaded it. It prints a line for each fleet and writes results.json in this folder. `--kinds redis,nats`,
 * `--counts 10,100` and `--parts page` select; the other results in the file are kept.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Child } from '../child.mjs';
import { describeEnvironment } from '../environment.mjs';
import { quantile } from '../statistics.mjs';
import { measurePage } from './page-client.mjs';
import { startServer } from './servers.mjs';

const WARM_UP = 8000;
const MEASURED = 15_000;
const DRAWINGS = 5;

const { values } = parseArgs({
  options: {
    kinds: { type: 'string', default: 'redis,nats,etcd' },
    counts: { type: 'string', default: '10,100,1000,10000' },
    parts: { type: 'string', default: 'load,page' },
  },
});
const parts = values.parts.split(',');
const file = new URL('results.json', import.meta.url);
const { results } = JSON.parse(readFileSync(file, 'utf8'));
for (const kind of values.kinds.split(',')) {
  for (const count of values.counts.split(',').map(Number)) keep(await measure(kind, count));
}
const environment = describeEnvironment();
writeFileSync(file, `${JSON.stringify({ environment, heartbeat: 5000, results }, undefined, 2)}\n`);

function keep(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`);
  const index = results.findIndex(({ kind, count }) => kind === result.kind && count === result.count);
  if (index < 0) results.push(result);
  else results[index] = { ...results[index], ...result };
}

async function measure(kind, count) {
  const server = await startServer(kind);
  const place = { kind, port: server.port };
  const { instance: observer, port } = await startInstance(place, true);
  const { instance: announcer } = await startInstance(place, false);
  const crowd = new Child('fleet/crowd.mjs');
  await crowd.request({ server: place, count });
  await pause(WARM_UP);
  try {
    return {
      kind,
      count,
      ...(parts.includes('load') && (await measureLoad({ server, observer, announcer, crowd }))),
      // Last, because the page costs the instance CPU time.
      ...(parts.includes('page') && (await measurePage(port, MEASURED))),
    };
  } finally {
    await Promise.all([observer.stop(), announcer.stop(), crowd.stop()]);
    server.stop();
  }
}

async function measureLoad({ server, observer, announcer, crowd }) {
  const measureAll = async () => ({
    observed: await observer.request({ type: 'usage' }),
    announced: await announcer.request({ type: 'usage' }),
    counted: await server.counted(),
    ...(await crowd.request({})),
  });
  const first = await measureAll();
  await pause(MEASURED);
  const last = await measureAll();
  const drawings = [];
  for (let drawing = 0; drawing < DRAWINGS; drawing += 1) drawings.push(await observer.request({ type: 'draw' }));
  const seconds = MEASURED / 1000;
  const perSecond = (key) => Math.round((last.counted[key] - first.counted[key]) / seconds);
  const milliseconds = ({ cpu: { user, system } }) => (user + system) / 1000;
  const cpu = (who) => Number(((milliseconds(last[who]) - milliseconds(first[who])) / seconds).toFixed(1));
  const heap = async (who) => Number(((await who.request({ type: 'heap' })).heap / 2 ** 20).toFixed(1));
  const { delays } = last.observed;
  return {
    'writes/s': Math.round((last.written - first.written) / seconds),
    failed: last.failed,
    'server messages/s': perSecond('messages'),
    'server KB/s in': Math.round(perSecond('received') / 1000),
    'server KB/s out': Math.round(perSecond('sent') / 1000),
    'CPU ms/s': cpu('observed'),
    'heap MB': await heap(observer),
    'CPU ms/s, serve: false': cpu('announced'),
    'heap MB, serve: false': await heap(announcer),
    'delay p50 ms': Math.round(quantile(delays, 0.5)),
    'delay p99 ms': Math.round(quantile(delays, 0.99)),
    'response ms': Number(Math.min(...drawings.map(({ took }) => took)).toFixed(1)),
    'response KB': Math.round(drawings[0].length / 1000),
  };
}

async function startInstance(server, serve) {
  const instance = new Child('fleet/observer.mjs', { node: ['--expose-gc'] });
  const { port } = await instance.request({ server, serve });
  return { instance, port };
}
