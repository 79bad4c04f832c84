import { Child } from './child.mjs';
import { inRandomOrder } from './subjects.mjs';
import { summarise } from './summary.mjs';

/**
 * Measures subjects that run at the same time, each in a separate process: in each round once each, in random order. After
 * `rounds` rounds all of them are started again, `processes` times, because the same code is up to a fifth slower in one
 * process than in another. `warmUp(server)` is called before the first round of a process. `costOf(server)` returns the
 * microseconds of a request.
 */
export async function measureSubjects(subjects, { title, processes, rounds, cores, onProgress }, { warmUp, costOf }) {
  const costs = new Map(subjects.map(({ name }) => [name, []]));
  let texts = new Map();
  for (let started = 1; started <= processes; started += 1) {
    const measure = async (server) => costs.get(server.subject.name).push(await costOf(server));
    const onRound = (round) => onProgress(`${title}, processes ${started}/${processes}, round ${round}/${rounds}`);
    texts = await measureOnce(subjects, { rounds, cores, onRound }, { warmUp, measure });
  }
  return subjects.map((subject) => summarise(subject, costs, texts.get(subject.bodyOf ?? subject.name)));
}

/** Measures one process of each subject. Returns the bodies of the endpoints. */
async function measureOnce(subjects, { rounds, cores, onRound }, { warmUp, measure }) {
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
    for (const server of running) await warmUp(server);
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of inRandomOrder(running)) await measure(server);
      onRound(round);
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
