/**
 * npm run bench:management
 *
 * Measures the management port: the CPU time of a probe, compared with a bare node:http server in a worker thread that sends
 * the same bytes; the CPU time of the main thread under 5,000 probes a second; memory; the time of the start.
 */
import { setTimeout as pause } from 'node:timers/promises';
import autocannon from 'autocannon';
import { Child } from './child.mjs';
import { pinning } from './pinning.mjs';
import { interquartile, median, shuffled, spread } from './statistics.mjs';

const ROUNDS = 15;
const REQUESTS = 5000;
const RATE = 5000;
const SECONDS = 10;
const START_UPS = 15;

const cores = pinning();
const client = new Child('client.mjs', { prefix: cores.client });
const start = async (message, prefix = cores.server) => {
  const process = new Child('management-server.mjs', { prefix });
  return { process, ...(await process.request(message)) };
};

const management = await start({ type: 'management' });
const url = `http://127.0.0.1:${management.port}/health/ready`;
const response = await fetch(url);
const body = await response.text();
const HOP_BY_HOP = new Set(['date', 'connection', 'keep-alive']);
const fields = [...response.headers].filter(([name]) => !HOP_BY_HOP.has(name)).flat();
const bare = await start({ type: 'bare', fields, body });
const subjects = [
  { ...management, url, costs: [] },
  { ...bare, url: `http://127.0.0.1:${bare.port}/`, costs: [] },
];
const burst = (subject, amount) => client.request({ url: subject.url, connections: 10, amount });

for (const subject of subjects) await burst(subject, 20_000);
for (let round = 0; round < ROUNDS; round += 1) {
  for (const subject of shuffled(subjects)) {
    await burst(subject, 500);
    const before = await subject.process.request({ type: 'usage' });
    await burst(subject, REQUESTS);
    const after = await subject.process.request({ type: 'usage' });
    subject.costs.push((after.all - before.all) / REQUESTS);
  }
}
const [own, raw] = subjects.map(({ costs }) => costs);
const ratios = own.map((cost, round) => raw[round] / cost);
print(
  `a probe on the port: ${show(own)} µs of CPU time of the process; bare: ${show(raw)} µs; bare to own: ${show(ratios, 2)}`,
);

/** The share of a core that the main thread uses with this rate of probes, and without probes. */
const share = async (subject, load) => {
  const before = await subject.process.request({ type: 'usage' });
  await (load
    ? autocannon({ url: subject.url, connections: 10, overallRate: RATE, duration: SECONDS })
    : pause(SECONDS * 1000));
  const after = await subject.process.request({ type: 'usage' });
  return (after.main - before.main) / (SECONDS * 1e6);
};
const idle = await share(subjects[0], false);
const probed = await share(subjects[0], true);
print(`main thread: ${percent(idle)} of a core without probes, ${percent(probed)} under ${RATE} probes a second`);
for (const { process } of subjects) await process.stop();

const withPort = [];
const withoutPort = [];
for (let run = 0; run < START_UPS; run += 1) {
  for (const [list, type] of [
    [withoutPort, 'without'],
    [withPort, 'management'],
  ]) {
    const { process, took, grown } = await start({ type }, []);
    list.push({ took, grown });
    await process.stop();
  }
}
const added = (key) => withPort.map((figures, run) => figures[key] - withoutPort[run][key]);
print(`start-up: ${show(added('took'))} ms more with the port`);
print(`memory: ${show(added('grown').map((bytes) => bytes / 1e6))} MB more with the port, just after the start`);
await client.stop();

function show(values, digits = 1) {
  return spread({ median: median(values), quartiles: interquartile(values) }, digits);
}
function percent(value) {
  return `${(value * 100).toFixed(2)} %`;
}
function print(line) {
  process.stdout.write(`${line}\n`);
}
