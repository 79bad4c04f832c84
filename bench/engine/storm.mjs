/** Counts the runs of each check for ten thousand simultaneous probes without fresh results. */
import { setImmediate } from 'node:timers/promises';
import { up } from 'nest-vitals';
import { startContext, sendFigures } from './context.mjs';

const PROBES = 10_000;
const INDICATORS = 10;

let ran = 0;
async function check() {
  ran += 1;
  // The check ends after a turn of the event loop, so every probe arrives before it ends.
  await setImmediate();
  return up();
}

const { context, health } = await startContext({ indicators: INDICATORS, check });
const began = performance.now();
const reports = await Promise.all(Array.from({ length: PROBES }, () => health.report('ready')));
const took = performance.now() - began;
if (reports.some(({ status }) => status !== 'UP')) throw new Error('A probe of the storm did not report UP');
await context.close();
sendFigures({ probes: PROBES, runsOfEachCheck: ran / INDICATORS, took });
