import { Agent, get } from 'node:http';
import { until } from '../time.mjs';

/** Milliseconds. A balancer with a check every second needs up to 3 s. */
const NOTICE_LIMIT = 30_000;
/** Enough requests for each instance to reach every instance that the balancer uses. */
const REQUESTS_PER_INSTANCE = 4;

/** For balancers that do not report which instances they use: resolves when exactly these instances respond. */
export async function inRotation(port, names) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const isReached = async () => {
    const found = new Set();
    for (let count = 0; count < REQUESTS_PER_INSTANCE * names.length; count += 1) {
      found.add(await instanceFor(port, agent));
    }
    return found.size === names.length && names.every((name) => found.has(name));
  };
  try {
    await until(isReached, { limit: NOTICE_LIMIT, what: `the balancer to use exactly ${names.join(', ')}` });
  } finally {
    agent.destroy();
  }
}

function instanceFor(port, agent) {
  return new Promise((resolve, reject) => {
    const sent = get({ host: '127.0.0.1', port, path: '/orders', agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.headers['x-instance']));
    });
    sent.on('error', reject);
  });
}
