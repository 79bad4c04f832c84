import { withRunningSubjects } from './running-subjects.mjs';
import { inRandomOrder, subjectsInProcess } from './subjects.mjs';
import { summarise } from './summary.mjs';

/** Enough that every function is compiled before the first round: Node optimises some of them again after 50,000 requests. */
const WARM_UP = 100_000;
/** Requests before each burst, which are not counted: results are fresh then, and the data is in the caches. */
const LEAD_IN = 2000;

/**
 * Measures the same subjects as the table of Fastify without the kernel and a network: requests reach the parser of Node
 * over a stream in the process. So the figures show what the framework and the endpoint need.
 */
export function measureInProcess({ rounds, requests, cores, onProgress }) {
  const subjects = subjectsInProcess();
  return withRunningSubjects(subjects, cores, async (running, bodies) => {
    const respond = ({ process, subject: { path } }, amount) =>
      process.request({ type: 'respond in process', path, amount });
    for (const server of running) await respond(server, WARM_UP);
    const costs = new Map(running.map(({ subject }) => [subject.name, []]));
    for (let round = 1; round <= rounds; round += 1) {
      for (const server of inRandomOrder(running)) {
        await respond(server, LEAD_IN);
        const { microseconds } = await respond(server, requests);
        costs.get(server.subject.name).push(microseconds);
      }
      onProgress(`without a network, round ${round}/${rounds}`);
    }
    return subjects.map((subject) =>
      summarise({ ...subject, table: 'in process' }, costs, bodies.get(subject.bodyOf ?? subject.name)),
    );
  });
}
