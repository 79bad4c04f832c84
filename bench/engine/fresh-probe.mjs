/**
 * Measures a probe while all results are fresh: its time and allocated memory, the time of the boot, and the heap that the
 * indicators keep. Requires --expose-gc. The allocated memory is measured only with a young generation that is too large to be
 * collected during the measurement.
 */
import { up } from 'nest-vitals';
import { heapInUse, startContext, sendFigures } from './context.mjs';

const PROBES = 200_000;
/** In milliseconds, longer than the benchmark. */
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
sendFigures({ indicators, boot, kept, nanoseconds, bytes });
