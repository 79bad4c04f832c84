/**
 * npm run demo:fleet
 *
 * Starts a private Redis, five instances of the orders service of the sample application and the payments service. Then one
 * instance is killed, one is frozen, one restarts with a new version, and payments stops. It prints the address of the page of
 * the fleet and what to look at, and runs until Ctrl-C. With `--screenshot` it takes the picture of the documentation instead.
 * Requires redis-server.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isInstalled } from '../rolling-restart/balancers/private-process.mjs';
import { buildSample } from '../rolling-restart/build-sample.mjs';
import { freePorts } from '../rolling-restart/free-ports.mjs';
import { InstanceProcess } from '../rolling-restart/instance-process.mjs';
import { until } from '../rolling-restart/time.mjs';
import { PrivateRedis } from './private-redis.mjs';
import { takeScreenshot } from './screenshot.mjs';

const NAMES = ['orders-1', 'orders-2', 'orders-3', 'orders-4', 'orders-5'];
const [VIEWER, KILLED, FROZEN, RENEWED] = NAMES;
/** Milliseconds. An instance is lost after three silent heartbeats of 5 s. */
const LIMIT = 60_000;

if (!isInstalled('redis-server')) throw new Error('redis-server must be installed');
// Ctrl-C must end the child processes too.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(0));
buildSample();
const { PaymentsProcess } = await import('../../sample-app/dist/demo/payments-process.js');

const [redisPort, ...ports] = await freePorts(1 + NAMES.length);
const redis = new PrivateRedis(redisPort);
await redis.start();
const shared = { NODE_ENV: 'production', REDIS_URL: redis.url };
// The payments service has the environment of this process.
Object.assign(process.env, { ...shared, INSTANCE: 'payments-1' });
const payments = new PaymentsProcess(0, 'ignore');
const paymentsUrl = await payments.start();

const instances = new Map(NAMES.map((name, index) => [name, instanceOf(name, ports[index])]));
await Promise.all([...instances.values()].map((instance) => instance.start()));
const page = `http://127.0.0.1:${instances.get(VIEWER).port}/health/fleet`;
await becomes('every instance to be ready', ({ orders }) => orders.ready === NAMES.length);
process.stdout.write(`
Five instances of orders and one of payments are ready. Open the page, which is live:

  ${page}

`);

instances.get(KILLED).kill();
say(`${KILLED} was killed (SIGKILL)`);
instances.get(FROZEN).freeze();
say(`${FROZEN} was frozen (SIGSTOP)`);
await instances.get(RENEWED).stop();
instances.set(RENEWED, instanceOf(RENEWED, instances.get(RENEWED).port, { SERVICE_VERSION: '1.5.0' }));
await instances.get(RENEWED).start();
say(`${RENEWED} was restarted with version 1.5.0: the versions are side by side`);
await becomes('both instances to be lost', ({ phases }) => phases[KILLED] === 'lost' && phases[FROZEN] === 'lost');
say(`${KILLED} and ${FROZEN} are lost after three silent heartbeats`);
await payments.stop();
await becomes('payments to fail everywhere', ({ orders }) => orders.failing.payments === orders.present);
say('payments was stopped: its indicator fails at each instance of orders, which are degraded');

process.stdout.write(`
Look at:
  - the state at the top, the title and the icon of the tab
  - orders: 3 of 3 ready, two lost and since when, versions 1.4.2 and 1.5.0, "payments fails at 3 of 3 instances"
  - payments-1, which has left, and the arrow from orders to payments
  - the latest changes
  - find an instance: ${page}?q=lost
  - the same as JSON: curl ${page}
Redis is at ${redis.url}: stop it (redis-cli -p ${redisPort} shutdown nosave), and the page says that the store is unavailable.
Ctrl-C ends everything.

`);
if (process.argv.includes('--screenshot')) {
  await takeScreenshot(page);
  process.exit(0);
}
await pause(2 ** 31 - 1);

function instanceOf(name, port, environment = {}) {
  return new InstanceProcess({
    name,
    port,
    application: 'sample',
    adapter: 'express',
    environment: {
      ...shared,
      INSTANCE: name,
      PAYMENTS_URL: paymentsUrl,
      CATALOGUE_WARM_UP: '0',
      MANAGEMENT_PORT: '0',
      HEALTH_SHUTDOWN_DELAY: '0',
      ...environment,
    },
  });
}

/** Waits for a state of the fleet, as the first instance shows it. */
async function becomes(what, isSo) {
  const isReached = async () => {
    const response = await fetch(page);
    const { services } = await response.json();
    const orders = services.find(({ service }) => service === 'orders');
    if (!orders) return false;
    const phases = Object.fromEntries(orders.instances.map(({ instance, phase }) => [instance, phase]));
    return isSo({ orders, phases });
  };
  await until(isReached, { limit: LIMIT, what });
}

function say(what) {
  process.stdout.write(`  ${new Date().toISOString().slice(11, 19)}  ${what}\n`);
}
