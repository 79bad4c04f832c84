import { align } from '../align.mjs';
import { BALANCERS } from './balancers/balancers.mjs';
import { SUBJECTS } from './subjects.mjs';

const milliseconds = (value) => (value === undefined ? '' : String(Math.round(value)));
const largest = (restarts, read) => milliseconds(Math.max(...restarts.map(read)));

const COLUMNS = [
  ['', ({ subject }) => SUBJECTS[subject].title],
  ['requests', ({ requests }) => requests],
  ['failed', ({ failures }) => failures.length],
  ['p50, ms', ({ latency }) => milliseconds(latency.p50)],
  ['p99, ms', ({ latency }) => milliseconds(latency.p99)],
  ['max, ms', ({ latency }) => milliseconds(latency.max)],
  ['restarts', ({ restarts }) => restarts.length],
  ['killed', ({ restarts }) => restarts.filter(({ wasKilled }) => wasKilled).length],
  ['SIGTERM to exit, ms', ({ restarts }) => range(restarts.map((restart) => restart.milliseconds))],
  ['drain to exit, ms', ({ restarts }) => largest(restarts, ({ afterDrain }) => afterDrain)],
];

/** Formats the results as text. */
export function print({ environment, method, runs }) {
  const { node, processor, cores, packages, programs } = environment;
  const balancers = [...new Set(runs.map(({ balancer }) => balancer))];
  return [
    [
      `Node ${node}, ${cores} x ${processor}`,
      [...Object.entries(packages).map(([name, version]) => `${name} ${version}`), ...programs].join(', '),
      `Open loop, ${method.rate} requests/s. Three instances, restarted one after the other with SIGTERM, ${method.rounds} rounds.`,
      'An instance that has not ended after 30 s is killed. "drain to exit" is the maximum of all restarts.',
    ].join('\n'),
    ...balancers.map((balancer) => {
      const rows = runs.filter((run) => run.balancer === balancer);
      return `${balancer}: ${BALANCERS[balancer].title}\n${align([
        COLUMNS.map(([title]) => title),
        ...rows.map((row) => COLUMNS.map(([, read]) => String(read(row)))),
      ])}`;
    }),
  ].join('\n\n');
}

function range(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)].map(milliseconds);
  return least === most ? least : `${least}-${most}`;
}
