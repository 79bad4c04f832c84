import { Child } from './child.mjs';
import { interquartile, median, shuffled } from './statistics.mjs';
import { subjectsFor } from './subjects.mjs';

export const CONNECTIONS = 10;
/** Requests before each burst, which are not counted: results are fresh then, and code is compiled. */
const LEAD_IN = 500;

/**
 * Measures the CPU time that each subject spends on a request. All subjects of a table run at the same time, each in a
 * separate process, and receive short bursts of requests in random order. So other work on the machine affects all of them
 * equally. It changes the duration of a request, but hardly its CPU time.
 */
export async function measureHttp({ tables, rounds, requests, warmUpRequests, cores, onProgress }) {
  const client = new Child('client.mjs', { prefix: cores.client });
  try {
    const results = [];
    for (const table of tables) {
      results.push(...(await measureTable(table, client, { rounds, requests, warmUpRequests, cores, onProgress })));
    }
    return results;
  } finally {
    await client.stop();
  }
}

async function measureTable(table, client, { rounds, requests, warmUpRequests, cores, onProgress }) {
  const running = [];
  try {
    // The baselines respond with the bytes of an endpoint, so the endpoint is started first.
    const subjects = subjectsFor(table);
    const bodies = new Map();
    for (const subject of subjects.toSorted((one, other) => rank(one) - rank(other))) {
      const server = await startServer(subject, bodies.get(subject.bodyOf), cores);
      running.push(server);
      const text = await fetchResponse(server);
      if (subject.kind === 'vitals') bodies.set(subject.name, text);
    }
    for (const server of running) await burst(client, server, warmUpRequests);
    const costs = new Map(running.map(({ subject }) => [subject.name, []]));
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of inRandomOrder(running)) {
        await burst(client, server, LEAD_IN);
        const before = await server.process.request({ type: 'usage' });
        await burst(client, server, requests);
        const after = await server.process.request({ type: 'usage' });
        costs.get(server.subject.name).push((busy(after) - busy(before)) / requests);
      }
      onProgress(`${table}, round ${round}/${rounds}`);
    }
    for (const server of running) await fetchResponse(server);
    return subjects.map((subject) => summarise(subject, costs, bodies.get(subject.bodyOf ?? subject.name)));
  } finally {
    await Promise.all(running.map(({ process }) => process.stop()));
  }
}

/** Families in random order, and the members of each in random order. */
function inRandomOrder(servers) {
  const families = [...new Set(servers.map(({ subject }) => subject.family))];
  return shuffled(families).flatMap((family) => shuffled(servers.filter(({ subject }) => subject.family === family)));
}

const rank = ({ kind }) => (kind === 'vitals' ? 0 : 1);
const busy = ({ user, system }) => user + system;

async function startServer(subject, body, cores) {
  const process = new Child('server.mjs', { prefix: cores.server });
  const { port } = await process.request({ type: 'start', subject, body });
  return { subject, body, process, url: `http://127.0.0.1:${port}${subject.path}` };
}

async function burst(client, { subject, url }, amount) {
  const { succeeded, failed, errors, timeouts } = await client.request({ url, connections: CONNECTIONS, amount });
  if (succeeded >= amount && failed === 0 && errors === 0 && timeouts === 0) return;
  throw new Error(
    `${subject.table}, ${subject.name}: of ${amount} requests ${succeeded} had a response of 2xx, ${failed} of ` +
      `another status, ${errors} failed and ${timeouts} timed out`,
  );
}

/** Stops the benchmark if the server fails or sends another response. */
async function fetchResponse({ subject, body, url }) {
  const response = await fetch(url);
  const text = await response.text();
  const fault = faultOf(subject, response.status, text, body);
  if (fault) throw new Error(`${subject.table}, ${subject.name}: ${fault}`);
  return text;
}

function faultOf({ kind, indicators, path }, status, text, expected) {
  if (status !== 200) return `HTTP status ${status} instead of 200: ${text.slice(0, 200)}`;
  if (kind === 'peer') return undefined;
  if (kind === 'bare' || kind === 'node-http') return text === expected ? undefined : 'sends another body';
  const { status: health, details = {} } = JSON.parse(text);
  if (health !== (kind === 'terminus' ? 'ok' : 'UP')) return `reports ${health}`;
  const shown = path.endsWith('/live') ? 0 : indicators;
  const count = Object.keys(details).length;
  return count === shown ? undefined : `shows ${count} components instead of ${shown}`;
}

function summarise(subject, costs, body) {
  const own = costs.get(subject.name);
  const compare = (other) => other && ratio(costs.get(other), own);
  return {
    table: subject.table,
    subject: subject.name,
    bytes: body === undefined ? undefined : Buffer.byteLength(body),
    microsecondsPerRequest: { median: median(own), quartiles: interquartile(own) },
    toBareString: compare(subject.baseline),
    toBareObject: compare(subject.objectBaseline),
    toNodeHttp: compare(subject.minimum),
    toTerminus: compare(subject.competitor),
    toWithout: compare(subject.without),
    itToOwn: subject.comparedWith && ratio(own, costs.get(subject.comparedWith)),
  };
}

/** The CPU time of the first divided by that of the second: above 1, the second is cheaper. */
function ratio(others, own) {
  const ratios = own.map((cost, round) => others[round] / cost);
  return { median: median(ratios), quartiles: interquartile(ratios) };
}
