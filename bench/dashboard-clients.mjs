/**
 * npm run bench:dashboard -- [--clients <n>] [--adapter fastify|express]
 *
 * Measures the cost of open pages: their memory, how often a change is serialised, and whether clients that do not read are
 * disconnected.
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

async function until(isMet, event) {
  for (let waited = 0; !isMet(); waited += 50) {
    if (waited > 30_000) throw new Error(`${event} did not arrive within 30 s`);
    await pause(50);
  }
}

async function measureReaders() {
  const server = new Child('dashboard-server.mjs');
  const { port } = await server.request({ type: 'start', adapter, indicators: INDICATORS, refresh: false });
  const change = async () => {
    await server.request({ type: 'change' });
    await (await fetch(`http://127.0.0.1:${port}/health/deep`)).text();
  };
  // The first change compiles code and fills caches. Their memory must not count for the clients.
  for (let warmUp = 0; warmUp < 200; warmUp += 1) await change();
  const before = await server.request({ type: 'memory' });

  const pages = [];
  while (pages.length < clients) {
    pages.push(...Array.from({ length: Math.min(50, clients - pages.length) }, () => openPage(port)));
    await until(() => pages.every(({ updates }) => updates > 0), 'the first event');
  }
  const { serialisations: atFirst } = await server.request({ type: 'serialisations' });
  for (let made = 0; made < CHANGES; made += 1) {
    const received = pages.map(({ updates }) => updates);
    await change();
    await until(() => pages.every(({ updates }, index) => updates > received[index]), 'a change');
    // An earlier change would be sent together with this one.
    await pause(700);
  }
  const { serialisations } = await server.request({ type: 'serialisations' });
  const after = await server.request({ type: 'memory' });
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

/** The events of 300 checks that run twice a second fill the buffers of the system quickly. */
async function measureSilent() {
  const server = new Child('dashboard-server.mjs');
  const { port } = await server.request({ type: 'start', adapter, indicators: 300, refresh: 500 });
  const silent = Array.from({ length: SILENT_CLIENTS }, () => openPage(port));
  const reader = openPage(port);
  await until(() => reader.updates > 0, 'the first event');
  const before = await server.request({ type: 'memory' });
  for (const { socket } of silent) socket.pause();
  let most = before.heap;
  // A paused socket emits `close` only after it has been resumed.
  let dropped = 0;
  for (let waited = 0; waited < 40 && dropped < SILENT_CLIENTS; waited += 1) {
    await pause(1000);
    most = Math.max(most, (await server.request({ type: 'memory' })).heap);
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
