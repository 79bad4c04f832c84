/**
 * Simulates the instances of a fleet. They start in groups. Then each writes its entry once in a heartbeat, as
 * `nest-vitals/fleet` does, and not before its last write has ended. In addition, a change with its time is written every
 * 100 ms.
 */
import { storeKey } from 'nest-vitals/stores/memory';
import { openStore } from './open-store.mjs';

const HEARTBEAT = 5000;
const CONNECTIONS = 8;
const EXPIRY = 3_600_000;
/** Instances that start at the same time. */
const STARTING = 50;
/** Instances that change. The page shows all of them: the first 100 of each of 10 services, in the order of their names. */
const CHANGING = 1000;

process.once('message', (message) => void simulate(message));
process.on('disconnect', () => process.exit());

async function simulate({ server, count }) {
  const stores = await Promise.all(Array.from({ length: CONNECTIONS }, () => openStore(server)));
  const began = performance.now();
  let beat = 0;
  let written = 0;
  let failed = 0;
  const writing = new Set();
  const write = async (index, commit) => {
    if (writing.has(index)) return;
    writing.add(index);
    const service = `service-${index % 10}`;
    const instance = `pod-${String(index).padStart(5, '0')}`;
    beat += 1;
    const key = storeKey('fleet.bench', service, instance);
    // As in an instance, a duration grows. Otherwise each heartbeat would be a change.
    const lasts = 100_000 + Math.round(performance.now() - began);
    const entry = JSON.stringify({
      boot: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
      beat,
      heartbeat: HEARTBEAT,
      version: index % 7 === 0 ? '1.4.3' : '1.4.2',
      commit,
      phase: 'accepting',
      phaseFor: lasts,
      ready: 'UP',
      readyFor: lasts,
      wasReady: true,
      checks: { database: 'UP', cache: 'UP', payments: 'UP', queue: 'UP', disk: 'UP' },
    });
    try {
      await stores[index % CONNECTIONS].put(key, `${key}\n${entry}`, { expiresIn: EXPIRY });
      written += 1;
    } catch {
      failed += 1;
    }
    writing.delete(index);
  };
  for (let started = 0; started < count; started += STARTING) {
    await Promise.all(
      Array.from({ length: Math.min(STARTING, count - started) }, (_, index) => write(started + index)),
    );
  }
  // Every tick writes the instances whose turn it is, so that the writes are spread evenly.
  const spread = performance.now();
  let next = 0;
  setInterval(() => {
    const due = Math.floor(((performance.now() - spread) / HEARTBEAT) * count);
    for (; next < due; next += 1) void write(next % count);
  }, 5);
  setInterval(() => void write(Math.floor(Math.random() * Math.min(count, CHANGING)), `at ${Date.now()}`), 100);
  process.on('message', () => process.send({ written, failed }));
  process.send('ready');
}
