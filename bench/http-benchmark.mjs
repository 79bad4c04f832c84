import { Child } from './child.mjs';
import { median } from './statistics.mjs';
import { subjectsFor } from './subjects.mjs';

/**
 * Enough that the server's core never waits for work, so that requests per second tell what a request costs; few
 * enough that its queue stays short.
 */
export const CONNECTIONS = 50;

/** Measures every subject in each pass, one after the other, each in a fresh process. */
export async function measureHttp({ tables, passes, seconds, warmUpSeconds, cores, onProgress }) {
  const subjects = tables.flatMap(subjectsFor);
  const bodies = await collectBodies(subjects, cores);
  const runs = new Map(subjects.map((subject) => [subject, []]));
  const client = new Child('client.mjs', { prefix: cores.client });
  try {
    for (let pass = 1; pass <= passes; pass += 1) {
      // Every other pass goes backwards, so that none always comes after the same neighbour.
      for (const subject of pass % 2 === 1 ? subjects : subjects.toReversed()) {
        const run = await measureOnce(subject, bodyFor(subject, bodies), client, { seconds, warmUpSeconds, cores });
        runs.get(subject).push(run);
        onProgress(`pass ${pass}/${passes}, ${subject.table}, ${subject.name}: ${Math.round(run.rate)}/s`);
      }
    }
  } finally {
    await client.stop();
  }
  return subjects.map((subject) => summarise(subject, runs, bodies));
}

/** What each endpoint answers: the yardsticks answer with the same bytes. */
async function collectBodies(subjects, cores) {
  const bodies = new Map();
  for (const subject of subjects.filter(({ kind }) => kind === 'vitals')) {
    const body = await withServer(subject, undefined, cores, ({ url }) => fetchAnswer(url, subject));
    bodies.set(keyOf(subject.table, subject.name), body);
  }
  return bodies;
}

async function measureOnce(subject, body, client, { seconds, warmUpSeconds, cores }) {
  return withServer(subject, body, cores, async ({ url, server }) => {
    await fetchAnswer(url, subject, body);
    const load = (duration) => client.ask({ url, connections: CONNECTIONS, duration });
    const warmUp = assertClean(subject, await load(warmUpSeconds));
    const before = await server.ask({ ask: 'usage' });
    const result = assertClean(subject, await load(seconds));
    const after = await server.ask({ ask: 'usage' });
    await fetchAnswer(url, subject, body);
    const serverTime = busy(after) - busy(before);
    return {
      rate: result.answered / result.seconds,
      serverMicroseconds: serverTime / result.answered,
      serverLoad: serverTime / (result.seconds * 1e6),
      clientLoad: (busy(result.usage) - busy(warmUp.usage)) / (result.seconds * 1e6),
    };
  });
}

async function withServer(subject, body, cores, use) {
  const server = new Child('server.mjs', { prefix: cores.server });
  try {
    const { port } = await server.ask({ ask: 'start', subject, body });
    return await use({ server, url: `http://127.0.0.1:${port}${subject.path}` });
  } finally {
    await server.stop();
  }
}

/** The figures of a server that fails, or answers something else, would be worthless. */
async function fetchAnswer(url, subject, expected) {
  const response = await fetch(url);
  const text = await response.text();
  const fault = faultOf(subject, response.status, text, expected);
  if (fault) throw new Error(`${subject.table}, ${subject.name}: ${fault}`);
  return text;
}

function faultOf({ kind, indicators, path }, status, text, expected) {
  if (status !== 200) return `answered ${status} instead of 200: ${text.slice(0, 200)}`;
  if (kind === 'peer') return undefined;
  if (kind === 'bare' || kind === 'node-http') return text === expected ? undefined : 'answered something else';
  const { status: health, details = {} } = JSON.parse(text);
  if (health !== (kind === 'terminus' ? 'ok' : 'UP')) return `reports ${health}`;
  const shown = path.endsWith('/live') ? 0 : indicators;
  const count = Object.keys(details).length;
  return count === shown ? undefined : `shows ${count} components instead of ${shown}`;
}

function assertClean(subject, result) {
  const { answered, refused, errors, timeouts } = result;
  if (answered > 0 && refused === 0 && errors === 0 && timeouts === 0) return result;
  throw new Error(
    `${subject.table}, ${subject.name}: ${answered} answers with 2xx, ${refused} with another status, ` +
      `${errors} errors, ${timeouts} timeouts`,
  );
}

function summarise(subject, runs, bodies) {
  const own = runs.get(subject);
  const rates = own.map(({ rate }) => rate);
  const body = bodyFor(subject, bodies) ?? bodies.get(keyOf(subject.table, subject.name));
  const yardstick = findRuns(runs, subject.table, subject.yardstick);
  const compare = (other) => ratio(own, findRuns(runs, subject.table, other));
  return {
    table: subject.table,
    subject: subject.name,
    bytes: body === undefined ? undefined : Buffer.byteLength(body),
    requestsPerSecond: median(rates),
    min: Math.min(...rates),
    max: Math.max(...rates),
    toBareString: compare(subject.yardstick),
    toBareObject: compare(subject.yardstickAsObject),
    toTerminus: compare(subject.rival),
    toWithout: compare(subject.without),
    ownToIt: subject.dividend && ratio(findRuns(runs, subject.table, subject.dividend), own),
    /** Above 1: a request costs the server less. What else runs on the machine disturbs this less than a rate. */
    toBareStringByCpu:
      yardstick && median(own.map((run, pass) => yardstick[pass].serverMicroseconds / run.serverMicroseconds)),
    serverMicrosecondsPerRequest: median(own.map(({ serverMicroseconds }) => serverMicroseconds)),
    serverLoad: median(own.map(({ serverLoad }) => serverLoad)),
    clientLoad: median(own.map(({ clientLoad }) => clientLoad)),
    runs: own,
  };
}

/** The median of the ratios within each pass: both were measured within seconds of each other, so that a machine that slows down slows both. */
function ratio(own, others) {
  return others && median(own.map(({ rate }, pass) => rate / others[pass].rate));
}

function findRuns(runs, table, name) {
  for (const [subject, found] of runs) if (subject.table === table && subject.name === name) return found;
  return undefined;
}

const bodyFor = (subject, bodies) => bodies.get(keyOf(subject.table, subject.bodyOf));
const keyOf = (table, name) => `${table} ${name}`;
const busy = ({ user, system }) => user + system;
