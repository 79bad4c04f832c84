/**
 * npm run bench:dashboard -- [--clients <n>] [--adapter fastify|express]
 *
 * Measures what open pages cost the application: their memory, how often a change is serialised, and whether clients that
 * do not read are disconnected.
 */
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Child } from './child.mjs';

const MEBIBYTE = 1024 ** 2;
const INDICATORS = 10;
const CHANGES = 5;
const SILENT_CLIENTS = 20;
const LIMIT = 30;

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000' },
    adapter: { type: 'string', default: 'express' },
  },
});
const clients = Number(values.clients);
const { adapter } = values;

/** A client with an open page. It reads, and keeps only the names of the events. */
function openPage(port) {
  const page = { updates: 0, isClosed: false, socket: connect(port, '127.0.0.1') };
  page.socket.setEncoding('latin1');
  page.socket.write('GET /health/events HTTP/1.1\r\nHost: bench\r\n\r\n');
  page.socket.on('data', (text) => (page.updates += text.split('event: update').length - 1));
  page.socket.on('close', () => (page.isClosed = true)).on('error', () => undefined);
  return page;
}

async function until(isSo, what) {
  for (let waited = 0; !isSo(); waited += 50) {
    if (waited > 30_000) throw new Error(`${what} did not come`);
    await pause(50);
  }
}

async function measureReaders() {
  const server = new Child('dashboard-server.mjs');
  const { port } = await server.ask({ ask: 'start', adapter, indicators: INDICATORS, refresh: false });
  const change = async () => {
    await server.ask({ ask: 'change' });
    await (await fetch(`http://127.0.0.1:${port}/health/deep`)).text();
  };
  // The first change compiles code and fills caches. Their memory must not count for the clients.
  for (let warmUp = 0; warmUp < 200; warmUp += 1) await change();
  const before = await server.ask({ ask: 'memory' });

  const pages = [];
  while (pages.length < clients) {
    pages.push(...Array.from({ length: Math.min(50, clients - pages.length) }, () => openPage(port)));
    await until(() => pages.every(({ updates }) => updates > 0), 'the first event');
  }
  const { serialisations: atFirst } = await server.ask({ ask: 'serialisations' });
  for (let made = 0; made < CHANGES; made += 1) {
    const told = pages.map(({ updates }) => updates);
    await change();
    await until(() => pages.every(({ updates }, index) => updates > told[index]), 'a change');
    // A change that comes sooner is sent together with this one.
    await pause(700);
  }
  const { serialisations } = await server.ask({ ask: 'serialisations' });
  const after = await server.ask({ ask: 'memory' });
  const events = pages.reduce((sum, { updates }) => sum + updates, 0);
  for (const { socket } of pages) socket.destroy();
  await server.stop();
  return {
    atFirst,
    perChange: (serialisations - atFirst) / CHANGES,
    events,
    heap: (after.heap - before.heap) / MEBIBYTE,
    rss: (after.rss - before.rss) / MEBIBYTE,
  };
}

/** 300 checks that run twice a second make events so large that the buffers of the system fill soon. */
async function measureSilent() {
  const server = new Child('dashboard-server.mjs');
  const { port } = await server.ask({ ask: 'start', adapter, indicators: 300, refresh: 500 });
  const silent = Array.from({ length: SILENT_CLIENTS }, () => openPage(port));
  const reader = openPage(port);
  await until(() => reader.updates > 0, 'the first event');
  const before = await server.ask({ ask: 'memory' });
  for (const { socket } of silent) socket.pause();
  let most = before.heap;
  // A socket that does not read notices its end only when it reads.
  let dropped = 0;
  for (let waited = 0; waited < 40 && dropped < SILENT_CLIENTS; waited += 1) {
    await pause(1000);
    most = Math.max(most, (await server.ask({ ask: 'memory' })).heap);
    if (waited % 10 !== 9) continue;
    for (const { socket } of silent) socket.resume();
    await pause(1000);
    dropped = silent.filter(({ isClosed }) => isClosed).length;
    for (const { socket } of silent) socket.pause();
  }
  const readerStays = !reader.isClosed;
  for (const { socket } of [...silent, reader]) socket.destroy();
  await server.stop();
  return { dropped, readerStays, held: (most - before.heap) / MEBIBYTE };
}

const readers = await measureReaders();
const silent = await measureSilent();
process.stdout.write(
  [
    `Node ${process.version}, ${adapter}, ${INDICATORS} indicators, ${clients} open pages`,
    `memory: heap and buffers +${readers.heap.toFixed(1)} MB, rss +${readers.rss.toFixed(1)} MB (limit ${LIMIT} MB)`,
    `serialisations: ${readers.atFirst} for ${clients} pages that were opened, ${readers.perChange} for each change; ${readers.events} events sent`,
    `pages that do not read: ${silent.dropped} of ${SILENT_CLIENTS} dropped, one that reads ${silent.readerStays ? 'kept' : 'LOST'}; at most ${silent.held.toFixed(1)} MB held for them`,
    '',
  ].join('\n'),
);
const isReached =
  readers.rss < LIMIT && readers.perChange === 1 && silent.dropped === SILENT_CLIENTS && silent.readerStays;
process.exitCode = isReached ? 0 : 1;
