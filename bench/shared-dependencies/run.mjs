/**
 * npm run demo:shared-dependencies
 *
 * Freezes the database of three instances of the sample application behind HAProxy, with and without the option `shared`, and
 * prints what the clients received. Then a rollout during an outage, and a fault of one instance. It writes results.json in
 * this folder. Requires haproxy and PostgreSQL.
 */
import { writeFileSync } from 'node:fs';
import { describeEnvironment } from '../environment.mjs';
import { isInstalled, versionOf } from '../rolling-restart/balancers/private-process.mjs';
import { buildSample } from '../rolling-restart/build-sample.mjs';
import { postgresqlFolder, postgresqlVersion } from './postgresql.mjs';
import { localFault, outage, rollout } from './rehearsals.mjs';

const FROZEN = 20_000;

if (!isInstalled('haproxy') || !postgresqlFolder()) throw new Error('haproxy and postgresql must be installed');
// Ctrl-C must end the child processes too.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
buildSample();

const results = {
  environment: {
    ...describeEnvironment(),
    programs: [versionOf('haproxy'), postgresqlVersion()],
  },
  outages: [
    await step('the database freezes, shared: true', () => outage({ shared: true, frozenFor: FROZEN })),
    await step('the database freezes, shared: false', () => outage({ shared: false, frozenFor: FROZEN })),
  ],
  rollout: await step('a rollout during the outage', () => rollout({ frozenFor: 10_000 })),
  localFaults: [
    await step('one instance may not log in, shared: true', () => localFault({ shared: true, lasting: 10_000 })),
    await step('one instance may not log in, shared: false', () => localFault({ shared: false, lasting: 10_000 })),
  ],
};
writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`);

async function step(title, rehearse) {
  const result = await rehearse();
  process.stdout.write(`\n${title}\n`);
  for (const [path, figures] of Object.entries(result.requests)) {
    const { requests, served, application, balancer, none, slowest } = figures;
    process.stdout.write(
      `  GET ${path}: ${requests} requests, ${served} served, ${application} errors of an instance, ` +
        `${balancer} errors of HAProxy, ${none} without a response; the slowest took ${slowest} ms\n`,
    );
  }
  process.stdout.write(`  in rotation at the end: ${result.inRotation.join(', ') || 'none'}\n`);
  if (result.alertsFrom) process.stdout.write(`  alerts from: ${result.alertsFrom.join(', ') || 'none'}\n`);
  for (const { after, what } of result.events ?? [])
    process.stdout.write(`  ${String(after).padStart(6)} ms  ${what}\n`);
  return result;
}
