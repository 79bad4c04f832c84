/**
 * npm run demo:fleet [-- --nats] [--payments] [--short] [--screenshot]
 *
 * Starts a private Redis or NATS, a private PostgreSQL, five instances of the orders service of the sample application and the
 * payments service. Then one instance is killed, one is frozen, one restarts with a new version, and the database of all of them
 * freezes for a minute. It prints the address of the page of the fleet, and at each step the part of the page that changes. It runs
 * until Ctrl-C.
 *
 * `--nats` uses NATS although Redis is installed. Without PostgreSQL, or with `--payments`, the payments service stops instead of
 * the database. `--short` does not pause between the steps and ends after the last one; `--built` uses the compiled sample as it is.
 * `--screenshot` takes the picture of the documentation during the outage, and ends.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildSample } from '../rolling-restart/build-sample.mjs';
import { postgresqlFolder } from '../shared-dependencies/postgresql.mjs';
import { DemoFleet, NAMES } from './fleet.mjs';
import { chooseStore } from './private-store.mjs';
import { takeScreenshot } from './screenshot.mjs';

const [, KILLED, FROZEN, RENEWED] = NAMES;
/** Milliseconds for the reader to look at the page, and of the outage. */
const READING = 10_000;
const OUTAGE = 60_000;

const { values: options } = parseArgs({
  options: Object.fromEntries(
    ['nats', 'payments', 'short', 'built', 'screenshot'].map((name) => [name, { type: 'boolean', default: false }]),
  ),
});
const isQuick = options.short || options.screenshot;
const hasDatabase = !options.payments && postgresqlFolder() !== undefined;
const store = chooseStore(options.nats);
const fleet = new DemoFleet();

let ending;
/** Ends every child process, then this one. The second Ctrl-C does not wait for that. */
const end = (code) => (ending ??= fleet.stop().finally(() => process.exit(code)));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => (ending ? process.exit(1) : void end(0)));
}

try {
  await show();
  if (!isQuick) await pause(2 ** 31 - 1);
  await end(0);
} catch (error) {
  // Parts of a step fail while Ctrl-C ends the child processes.
  if (!ending) process.stderr.write(`${error.stack}\n`);
  await end(1);
}

async function show() {
  if (!options.built) {
    say('the sample application is compiled');
    buildSample();
  }
  say(`${store.name}, ${hasDatabase ? 'PostgreSQL, ' : ''}five instances of orders and one of payments start`);
  if (!hasDatabase && !options.payments)
    say('PostgreSQL is not installed: later, payments stops instead of the database');
  await fleet.start({ store, hasDatabase });
  process.stdout.write(`\nOpen the page, which is live:\n\n  ${fleet.page}\n\n`);
  say('five instances of orders are ready', 'the top of the page, the services, the arrow from orders to payments');
  await readingTime();

  fleet.kill(KILLED);
  say(`${KILLED} was killed (SIGKILL)`, 'its row: after three silent heartbeats, in 15 s, it is lost');
  fleet.freeze(FROZEN);
  say(`${FROZEN} was frozen (SIGSTOP)`, 'its row, in 15 s too');
  await fleet.deploy(RENEWED, '1.5.0');
  say(`${RENEWED} restarted with version 1.5.0`, 'the bars of the versions, and the latest changes');
  await fleet.becomes('two lost instances', ({ phases }) => [KILLED, FROZEN].every((name) => phases[name] === 'lost'));
  say(`${KILLED} and ${FROZEN} are lost`, `the state at the top, the icon of the tab, and ${fleet.page}?q=lost`);
  await readingTime();

  await (hasDatabase ? loseDatabase() : losePayments());
  if (isQuick) return;
  process.stdout.write(`\nThe page stays until Ctrl-C, which ends everything. The same as JSON: curl ${fleet.page}\n`);
}

async function loseDatabase() {
  const { database } = fleet;
  database.freeze();
  const duration = isQuick ? '' : ` for ${OUTAGE / 1000} s`;
  say(`the database of all instances was frozen${duration}`, 'orders: in a few seconds "database fails at 3 of 3"');
  await fleet.becomes(
    'the shared outage',
    ({ orders, statuses }) => failsAtAll('database', orders) && isOnly('DEGRADED', statuses),
  );
  say('database fails at 3 of 3 instances', 'orders: all 3 are degraded and stay ready, because it is a shared outage');
  if (options.screenshot) return takeScreenshot(fleet.page);
  if (!isQuick) await pause(OUTAGE);
  database.thaw();
  say('the database continues', 'orders: in a few seconds no indicator fails');
  await fleet.becomes(
    'the end of the outage',
    ({ orders, statuses }) => !orders.failing.database && isOnly('UP', statuses),
  );
  say('the shared outage is over', 'orders: 3 of 3 ready for a few seconds, without a failing indicator');
}

async function losePayments() {
  await fleet.payments.stop();
  say('payments was stopped', 'payments-1, which has left');
  await fleet.becomes(
    'payments to fail everywhere',
    ({ orders, statuses }) => failsAtAll('payments', orders) && isOnly('DEGRADED', statuses),
  );
  say('payments fails at 3 of 3 instances', 'orders: all 3 are degraded and stay ready');
  if (options.screenshot) await takeScreenshot(fleet.page);
}

function failsAtAll(indicator, orders) {
  return orders.present === NAMES.length - 2 && orders.failing[indicator] === orders.present;
}

function isOnly(status, statuses) {
  return statuses.length === 1 && statuses[0] === status;
}

async function readingTime() {
  if (!isQuick) await pause(READING);
}

/** Prints one line: the event, and the part of the page that shows it. */
function say(event, place) {
  const time = new Date().toTimeString().slice(0, 8);
  process.stdout.write(`  ${time}  ${event}${place ? `. Look at ${place}` : ''}\n`);
}
