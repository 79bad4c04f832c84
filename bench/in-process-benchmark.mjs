import { CONNECTIONS } from './http-benchmark.mjs';
import { measureSubjects } from './running-subjects.mjs';
import { subjectsInProcess } from './subjects.mjs';

/** Requests before each burst, which are not counted: results are fresh then, and the data is in the caches. */
const LEAD_IN = 2000;

/**
 * Measures the same subjects as the table of Fastify without the kernel and a network: requests reach the parser of Node
 * over a stream in the process. So the figures show what the framework and the endpoint need.
 */
export function measureInProcess({ processes, rounds, requests, cores, onProgress }) {
  const respond = async ({ process, subject: { path } }, amount) => {
    const message = { type: 'respond in process', path, connections: CONNECTIONS, amount };
    const { microseconds } = await process.request(message);
    return microseconds;
  };
  return measureSubjects(
    subjectsInProcess(),
    { title: 'without a network', processes, rounds, cores, onProgress },
    async (server) => {
      await respond(server, LEAD_IN);
      return respond(server, requests);
    },
  );
}
