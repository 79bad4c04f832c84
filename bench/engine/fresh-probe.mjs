/**
 * With so many indicators whose results are fresh: what a probe costs and allocates, what boot took, and the heap that
 * the indicators keep. Needs --expose-gc and a young generation so large that none of it is collected meanwhile.
 */
import { up } from 'nest-vitals';
import { heapInUse, startContext, tell } from './context.mjs';

const PROBES = 200_000;
/** Longer than the benchmark. */
const FRESH = 3_600_000;

const indicators = Number(process.argv[2]);
const before = heapInUse();
const began = performance.now();
const { context, health } = await startContext({ indicators, check: async () => up(), options: { ttl: FRESH } });
const boot = performance.now() - began;

for (let probe = 0; probe < PROBES / 10; probe += 1) await health.report('ready');
const kept = heapInUse() - before;

const allocatedBefore = process.memoryUsage().heapUsed;
const started = process.hrtime.bigint();
for (let probe = 0; probe < PROBES; probe += 1) await health.report('ready');
const nanoseconds = Number(process.hrtime.bigint() - started) / PROBES;
const bytes = (process.memoryUsage().heapUsed - allocatedBefore) / PROBES;

await context.close();
tell({ indicators, boot, kept, nanoseconds, bytes });
