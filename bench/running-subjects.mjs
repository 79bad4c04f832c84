import { Child } from './child.mjs';
import { inRandomOrder } from './subjects.mjs';
import { summarise } from './summary.mjs';

/**
 * Measures subjects that run at the same time, each in a separate process: in each round once each, in random order.
 * `warmUp(server)` is called before the first round. `costOf(server)` returns the microseconds of a request.
 */
export async function measureSubjects(subjects, { title, rounds, cores, onProgress }, { warmUp, costOf }) {
  const running = [];
  try {
    // The baselines respond with the bytes of an endpoint, so the endpoint is started first.
    const bodies = new Map();
    for (const subject of subjects.toSorted((one, other) => rank(one) - rank(other))) {
      const server = await startServer(subject, bodies.get(subject.bodyOf), cores);
      running.push(server);
      const text = await fetchResponse(server);
      if (subject.kind === 'vitals') bodies.set(subject.name, text);
    }
    for (const server of running) await warmUp(server);
    const costs = new Map(running.map(({ subject }) => [subject.name, []]));
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of inRandomOrder(running)) costs.get(server.subject.name).push(await costOf(server));
      onProgress(`${title}, round ${round}/${rounds}`);
    }
    for (const server of running) await fetchResponse(server);
    return subjects.map((subject) => summarise(subject, costs, bodies.get(subject.bodyOf ?? subject.name)));
  } finally {
    await Promise.all(running.map(({ process }) => process.stop()));
  }
}

const rank = ({ kind }) => (kind === 'vitals' ? 0 : 1);

async function startServer(subject, body, cores) {
  const process = new Child('server.mjs', { prefix: cores.server });
  const { port } = await process.request({ type: 'start', subject, body });
  return { subject, body, process, url: `http://127.0.0.1:${port}${subject.path}` };
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
