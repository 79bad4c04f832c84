import { writeSync } from 'node:fs';
import { runInThisContext } from 'node:vm';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { captureStack } from '../../../../src/management/watchdog/worker/capture-stack.js';
import { SourcePositions } from '../../../../src/management/watchdog/worker/source-positions.js';

/** The number of captures before the first measurement of the memory, and in total. */
const [WARM_UP, CAPTURES] = [300, 1300];

/** Creates as many scripts as an application with its packages has. */
function createScripts(count: number): unknown[] {
  return Array.from({ length: count }, (_, index) =>
    runInThisContext(`(function script${index}() { return ${index}; })`),
  );
}

function countedLoop(state: Int32Array): number {
  let rounds = 0;
  while (Atomics.load(state, 0) === 0) rounds += 1;
  return rounds;
}

async function main(): Promise<void> {
  const scripts = createScripts(3000);
  const state = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL(import.meta.url), { workerData: state });
  const result = new Promise<object>((resolve) => void worker.once('message', resolve));
  await new Promise((resolve) => void worker.once('online', resolve));
  countedLoop(state);
  const measured = await result;
  // Like the library: the main thread ends the worker, when the worker has run since the last capture. Node.js aborts
  // the process
  // if a worker ends while the main thread still closes a session of its inspector.
  await worker.terminate();
  writeSync(1, JSON.stringify({ ...measured, scripts: scripts.length }));
}

async function capture(): Promise<void> {
  const sources = new SourcePositions();
  const durations: number[] = [];
  let [withFrames, memory] = [0, 0];
  for (let count = 0; count < CAPTURES; count += 1) {
    const start = performance.now();
    const { frames } = await captureStack(sources);
    durations.push(performance.now() - start);
    if (frames.some((frame) => frame.function === 'countedLoop')) withFrames += 1;
    if (count === WARM_UP) memory = process.memoryUsage.rss();
  }
  const growth = process.memoryUsage.rss() - memory;
  durations.sort((a, b) => a - b);
  // Keeps the worker alive until the main thread ends it.
  parentPort?.on('message', () => undefined);
  parentPort?.postMessage({ captures: CAPTURES, withFrames, median: durations[CAPTURES / 2], growth }, []);
  Atomics.store(workerData as Int32Array, 0, 1);
}

await (isMainThread ? main() : capture());
