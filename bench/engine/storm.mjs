/** Ten thousand probes at once, of which none finds anything fresh: how often each check ran for them. */
import { setImmediate } from 'node:timers/promises';
import { up } from 'nest-vitals';
import { startContext, tell } from './context.mjs';

const PROBES = 10_000;
const INDICATORS = 10;

let ran = 0;
async function check() {
  ran += 1;
  // A turn of the event loop: long enough that every probe is there before the first check is done.
  await setImmediate();
  return up();
}

const { context, health } = await startContext({ indicators: INDICATORS, check });
const began = performance.now();
const reports = await Promise.all(Array.from({ length: PROBES }, () => health.report('ready')));
const took = performance.now() - began;
if (reports.some(({ status }) => status !== 'UP')) throw new Error('A probe of the storm was not answered with UP');
await context.close();
tell({ probes: PROBES, runsOfEachCheck: ran / INDICATORS, took });
