import { parentPort, workerData } from 'node:worker_threads';
import { ManagementThread } from './management-thread.js';
import type { FromThread, ThreadData, ToThread } from './thread-messages.js';

/** The first file of the thread. */
if (parentPort) {
  const port = parentPort;
  const thread = new ManagementThread(workerData as ThreadData, (message: FromThread) => port.postMessage(message));
  port.on('message', (message: ToThread) => thread.receive(message));
}
