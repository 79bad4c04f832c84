/**
 * Simulates an hour in which every check changes its status with every run, and 20 million probes get a response. Then it
 * measures whether memory or timers remain. Requires --expose-gc.
 */
import { down, up } from 'nest-vitals';
import { heapInUse, startContext, sendFigures } from './context.mjs';

const SECONDS = 3600;
const PROBES = 20_000_000;
const INDICATORS = 10;
const SAMPLES = 12;

const base = { wall: Date.now(), elapsed: performance.now() };
let passed = 0;
Date.now = () => base.wall + passed;
performance.now = () => base.elapsed + passed;

let ran = 0;
/** The status of each indicator alternates, because every indicator runs once a second. */
async function check() {
  ran += 1;
  return Math.floor((ran - 1) / INDICATORS) % 2 === 0 ? up() : down('refused');
}

// No logging, because each change would log a line.
const { context, health } = await startContext({ indicators: INDICATORS, check });
let changes = 0;
health.changes$.subscribe(() => (changes += 1));

const heap = [];
let probes = 0;
let notUp = 0;
for (let second = 0; second < SECONDS; second += 1) {
  passed = second * 1001;
  const due = Math.round(((second + 1) * PROBES) / SECONDS);
  for (; probes < due; probes += 1) {
    const { status } = await health.report('ready');
    if (status !== 'UP') notUp += 1;
  }
  if ((second + 1) % (SECONDS / SAMPLES) === 0) heap.push(heapInUse());
}
await context.close();
sendFigures({ probes, runs: ran, changes, notUp, heap });
