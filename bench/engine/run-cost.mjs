/**
 * Compares a run of a check with the minimum for a time limit: a race of the check and a timer. Both are measured
 * alternately in this process, so that other work affects both equally.
 */
import { up } from 'nest-vitals';
import { median } from '../statistics.mjs';
import { startContext, sendFigures } from './context.mjs';

const ROUNDS = 9;
const RUNS = 40_000;
const TIMEOUT = 500;

let ran = 0;
async function check() {
  ran += 1;
  return up();
}

const { context, health } = await startContext({ indicators: 1, check, options: { ttl: 0, timeout: TIMEOUT } });
const name = 'dependency_0001';

async function race() {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('late')), TIMEOUT);
    timer.unref();
  });
  try {
    return await Promise.race([check(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function nanosecondsEach(work) {
  const before = ran;
  const began = process.hrtime.bigint();
  for (let run = 0; run < RUNS; run += 1) await work();
  const took = Number(process.hrtime.bigint() - began);
  if (ran - before !== RUNS) throw new Error(`The check ran ${ran - before} times instead of ${RUNS}`);
  return took / RUNS;
}

const engine = [];
const bare = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const ofEngine = await nanosecondsEach(() => health.check(name));
  const ofRace = await nanosecondsEach(race);
  // The first is a warm-up.
  if (round === 0) continue;
  engine.push(ofEngine);
  bare.push(ofRace);
}
await context.close();
sendFigures({
  runsPerSecond: 1e9 / median(engine),
  nanoseconds: median(engine),
  raceNanoseconds: median(bare),
  overheadNanoseconds: median(engine.map((value, round) => value - bare[round])),
});
