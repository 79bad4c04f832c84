import { Child } from './child.mjs';
import { fetchResponse, withRunningSubjects } from './running-subjects.mjs';
import { inRandomOrder, subjectsFor } from './subjects.mjs';
import { summarise } from './summary.mjs';

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

function measureTable(table, client, { rounds, requests, warmUpRequests, cores, onProgress }) {
  const subjects = subjectsFor(table);
  return withRunningSubjects(subjects, cores, async (running, bodies) => {
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
  });
}

const busy = ({ user, system }) => user + system;

async function burst(client, { subject, url }, amount) {
  const { succeeded, failed, errors, timeouts } = await client.request({ url, connections: CONNECTIONS, amount });
  if (succeeded >= amount && failed === 0 && errors === 0 && timeouts === 0) return;
  throw new Error(
    `${subject.table}, ${subject.name}: of ${amount} requests ${succeeded} had a response of 2xx, ${failed} of ` +
      `another status, ${errors} failed and ${timeouts} timed out`,
  );
}
