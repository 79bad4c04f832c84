import { Child } from './child.mjs';
import { measureSubjects } from './running-subjects.mjs';
import { subjectsFor } from './subjects.mjs';

export const CONNECTIONS = 10;
/** Requests before each burst, which are not counted: results are fresh then, and code is compiled. */
const LEAD_IN = 500;

/**
 * Measures the CPU time that each subject spends on a request. The subjects that are compared run at the same time,
 * each in a separate process, and receive short bursts of requests in random order. So other work on the machine affects all
 * of them equally. It changes the duration of a request, but hardly its CPU time.
 */
export async function measureHttp({ tables, requests, ...method }) {
  const client = new Child('client.mjs', { prefix: method.cores.client });
  try {
    const results = [];
    for (const table of tables) {
      results.push(...(await measureTable(table, client, { requests, ...method })));
    }
    return results;
  } finally {
    await client.stop();
  }
}

function measureTable(table, client, { requests, ...method }) {
  return measureSubjects(subjectsFor(table), { title: table, ...method }, async (server) => {
    await burst(client, server, LEAD_IN);
    const before = await server.process.request({ type: 'usage' });
    await burst(client, server, requests);
    const after = await server.process.request({ type: 'usage' });
    return (busy(after) - busy(before)) / requests;
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
