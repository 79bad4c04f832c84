import { writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { directLog } from '../../../../src/management/watchdog/worker/direct-log.js';
import { startWatchdog } from '../../../../src/management/watchdog/worker/start-watchdog.js';
import type { WatchdogSettings } from '../../../../src/management/watchdog/stall.js';

interface Data {
  readonly pulse: SharedArrayBuffer;
  readonly options: WatchdogSettings;
}

/** The thread writes the events itself, because the main thread may be blocked. */
function tell(event: string, details: object): void {
  const loaded = Reflect.get(process, 'moduleLoadList') as readonly string[];
  const isInspectorLoaded = loaded.includes('NativeModule inspector');
  writeSync(1, `${JSON.stringify({ event, isInspectorLoaded, ...details })}\n`);
}

const { pulse, options } = workerData as Data;
const log = directLog(options.log);
const watchdog = startWatchdog({
  pulse,
  options,
  log: (line) => {
    log(line);
    tell('log', { line });
  },
  onStall: (stall) => tell('stall', { stall, current: watchdog.current() }),
  onStallEnd: (stall) => {
    tell('end', { stall, current: watchdog.current() });
    parentPort?.postMessage('end', []);
  },
});
parentPort?.on('message', () => {
  void watchdog.stop();
  parentPort?.close();
});
tell('ready', {});
parentPort?.postMessage('ready', []);
