/** A process with the management port, or with a bare node:http server in a worker thread that sends the same bytes. */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { HealthIndicator, HealthModule, up } from 'nest-vitals';
import { HealthManagement, HealthManagementModule } from 'nest-vitals/management';
import { createModule } from './applications/by-hand.mjs';
import { indicatorNames } from './applications/indicator-names.mjs';

const BARE = `
  const { createServer } = require('node:http');
  const { parentPort, workerData } = require('node:worker_threads');
  const { fields, body } = workerData;
  const server = createServer((request, response) => response.writeHead(200, fields).end(body));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

const HANDLERS = {
  async management({ watchdog, thread = true }) {
    const began = performance.now();
    const rssBefore = process.memoryUsage().rss;
    const application = await NestFactory.createApplicationContext(
      createModule({
        imports: [
          HealthModule.forRoot(),
          ...(thread === undefined
            ? []
            : [HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1', thread, watchdog })]),
        ],
        providers: indicatorNames(10).map(createIndicator),
      }),
      { logger: false },
    );
    const { port } = application.get(HealthManagement).address;
    return { port, took: performance.now() - began, grown: process.memoryUsage().rss - rssBefore };
  },
  async without() {
    const began = performance.now();
    const rssBefore = process.memoryUsage().rss;
    await NestFactory.createApplicationContext(
      createModule({ imports: [HealthModule.forRoot()], providers: indicatorNames(10).map(createIndicator) }),
      { logger: false },
    );
    return { took: performance.now() - began, grown: process.memoryUsage().rss - rssBefore };
  },
  bare({ fields, body }) {
    const worker = new Worker(BARE, { eval: true, workerData: { fields, body } });
    return new Promise((resolve) => worker.once('message', (port) => resolve({ port })));
  },
  /** The CPU time of the process and of its main thread, in microseconds. */
  usage() {
    const { user, system } = process.cpuUsage();
    return { all: user + system, main: mainThread() };
  },
};

/** The kernel counts in hundredths of a second. The id of the main thread is the id of the process. */
function mainThread() {
  const text = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8');
  const [user, system] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (user + system) * 10_000;
}

function createIndicator(name) {
  class Indicator {
    async check() {
      return up();
    }
  }
  HealthIndicator(name)(Indicator);
  return Indicator;
}

const keepAlive = setInterval(() => undefined, 60_000);
process.on('message', (message) => {
  void Promise.resolve(HANDLERS[message.type](message)).then((response) => process.send(response));
});
process.on('disconnect', () => {
  clearInterval(keepAlive);
  process.exit();
});
