import cluster, { type Worker } from 'node:cluster';
import { fileURLToPath } from 'node:url';
import { listenToTest, tell } from './outside.js';

/** Runs the application in two workers, as PM2 does in its cluster mode. */
const WORKERS = 2;

cluster.setupPrimary({ exec: fileURLToPath(new URL('main.js', import.meta.url)) });

function fork(): Worker {
  const worker = cluster.fork();
  worker.on('listening', () => tell('worker listening'));
  worker.on('exit', (code, signal) => tell('worker exited', { code, signal }));
  return worker;
}

const workers = Array.from({ length: WORKERS }, fork);

listenToTest(({ command }) => {
  if (command !== 'stop worker') throw new Error(`No such command: ${command}`);
  // PM2 stops a process with this signal.
  workers.shift()?.process.kill('SIGINT');
  tell('obeyed', { command });
});
