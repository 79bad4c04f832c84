import { Child } from './child.mjs';
import { shuffled } from './statistics.mjs';
import { familiesOf } from './subjects.mjs';
import { summarise } from './summary.mjs';

/**
 * Rounds of each process that are not counted. Closing the connections of a burst makes V8 compile the code of Node again,
 * so one long burst is not enough: the first three bursts of a process cost up to four times as much as the later ones.
 */
const WARM_UP_ROUNDS = 5;

/**
 * Measures one family of subjects after the other. `costOf(server)` returns the microseconds of a request.
 *
 * The subjects of a family run at the same time, each in a separate process, and are measured once in each round, in random
 * order. After `rounds` rounds all of them are started again, `processes` times, because the same code can be slower in one
 * process than in another. Other families do not run meanwhile: with 30 processes, the same code cost a fifth more in some
 * of them than in others, in all rounds.
 */
export async function measureSubjects(subjects, { title, ...method }, costOf) {
  const results = [];
  for (const [family, members] of familiesOf(subjects)) {
    results.push(...(await measureFamily(members, { title: `${title}, ${family}`, ...method }, costOf)));
  }
  return results;
}

async function measureFamily(subjects, { title, processes, rounds, cores, onProgress }, costOf) {
  const costs = new Map(subjects.map(({ name }) => [name, []]));
  let texts = new Map();
  for (let started = 1; started <= processes; started += 1) {
    const onRound = (round, measured) => {
      for (const [name, cost] of measured) costs.get(name).push(cost);
      onProgress(`${title}, processes ${started}/${processes}, round ${round}/${rounds}`);
    };
    texts = await measureOnce(subjects, { rounds, cores, onRound }, costOf);
  }
  return subjects.map((subject) => summarise(subject, costs, texts.get(subject.bodyOf ?? subject.name)));
}

/** Measures one process of each subject. Returns the bodies of the endpoints. */
async function measureOnce(subjects, { rounds, cores, onRound }, costOf) {
  const running = [];
  try {
    // The baselines send the response of an endpoint, so the endpoint is started first.
    const responses = new Map();
    for (const subject of subjects.toSorted((one, other) => rank(one) - rank(other))) {
      const server = await startServer(subject, responses.get(subject.bodyOf), cores);
      running.push(server);
      const response = await fetchResponse(server);
      if (subject.kind === 'vitals') responses.set(subject.name, response);
    }
    for (let round = 1 - WARM_UP_ROUNDS; round <= rounds; round += 1) {
      const measured = new Map();
      for (const server of shuffled(running)) measured.set(server.subject.name, await costOf(server));
      if (round > 0) onRound(round, measured);
    }
    for (const server of running) await fetchResponse(server);
    return new Map([...responses].map(([name, { text }]) => [name, text]));
  } finally {
    await Promise.all(running.map(({ process }) => process.stop()));
  }
}

const rank = ({ kind }) => (kind === 'vitals' ? 0 : 1);

async function startServer(subject, expected, cores) {
  const process = new Child('server.mjs', { prefix: cores.server });
  const { port } = await process.request({ type: 'start', subject, expected });
  return { subject, expected, process, url: `http://127.0.0.1:${port}${subject.path}` };
}

/** Headers that Node writes itself. */
const WRITTEN_BY_NODE = new Set(['connection', 'content-length', 'date', 'keep-alive']);

/** Stops the benchmark if the server fails or sends another response. */
async function fetchResponse({ subject, expected, url }) {
  const response = await fetch(url);
  const text = await response.text();
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !WRITTEN_BY_NODE.has(name)));
  const fault = faultOf(subject, response.status, { text, headers }, expected);
  if (fault) throw new Error(`${subject.table}, ${subject.name}: ${fault}`);
  return { text, headers };
}

function faultOf({ kind, indicators, path, form }, status, { text, headers }, expected) {
  if (status !== 200) return `HTTP status ${status} instead of 200: ${text.slice(0, 200)}`;
  if (kind === 'peer') return undefined;
  if (kind === 'bare' || kind === 'node-http') {
    const missing = Object.entries(expected.headers).find(([name, value]) => headers[name] !== value);
    if (form === 'string and headers' && missing) return `does not send ${missing.join(': ')}`;
    return text === expected.text ? undefined : 'sends another body';
  }
  const { status: health, details = {} } = JSON.parse(text);
  if (health !== (kind === 'terminus' ? 'ok' : 'UP')) return `reports ${health}`;
  const shown = path.endsWith('/live') ? 0 : indicators;
  const count = Object.keys(details).length;
  return count === shown ? undefined : `shows ${count} components instead of ${shown}`;
}
