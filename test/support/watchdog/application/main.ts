import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { EventLoopPulse } from '../../../../src/management/watchdog/event-loop-pulse.js';
import type { WatchdogSettings } from '../../../../src/management/watchdog/stall.js';

interface Task {
  /** The file of the blocking code, and the function that it exports. */
  readonly file: string;
  readonly name: string;
  readonly options: WatchdogSettings;
  readonly times: number;
}

const task = JSON.parse(process.argv[2] ?? '') as Task;
const tell = (event: string, details: object): void => void writeSync(1, `${JSON.stringify({ event, ...details })}\n`);

// Before the watchdog starts: with a loader, the import can block a busy machine for longer than the limit.
const functions = (await import(pathToFileURL(task.file).href)) as Record<string, () => unknown>;
const pulse = new EventLoopPulse(task.options.warnAfter);
pulse.start();
const worker = new Worker(new URL('./worker.js', import.meta.url), {
  workerData: { pulse: pulse.buffer, options: task.options },
});
await once(worker, 'message');
// The event loop must call the blocking functions, and not the start of the process.
await setTimeout(200);
for (let time = 0; time < task.times; time += 1) {
  const ended = once(worker, 'message');
  await setImmediate();
  const result = await functions[task.name]?.();
  tell('returned', { result, memory: process.memoryUsage().rss });
  await ended;
}
pulse.stop();
worker.postMessage('stop', []);
await once(worker, 'exit');
tell('finished', {});
