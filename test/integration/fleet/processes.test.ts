import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FleetEvent, FleetReport } from 'nest-vitals/fleet';
import { beforeEach, expect, it, vi } from 'vitest';
import { compileApplication } from '../../support/process-application/compile.js';
import { ProcessApplication } from '../../support/process-application/process-application.js';
import { isNightly } from '../../support/nightly.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { redis } from '../../support/servers/redis.js';

const PATIENCE = 180_000;
const SOON = { timeout: 60_000, interval: 100 };
/** Milliseconds. */
const HEARTBEAT = 1500;
/** Milliseconds. A restart takes less than three of these, even on a busy machine. */
const LONG_HEARTBEAT = 20_000;
const HOUR = 3_600_000;
/** Runs in sequence by one instance, after which it certainly runs the check for all instances. */
const IN_SEQUENCE = 3;

describeWith(redis, 'a fleet of processes', (server) => {
  let test = 0;
  beforeEach(() => {
    test += 1;
  });

  /** In a separate environment, so that it sees no instance of an earlier test. */
  const fleetOf = (instance: string, heartbeat = HEARTBEAT) => {
    return { url: server().address().url, environment: `test-${test}`, instance, heartbeat };
  };

  const start = (
    instance: string,
    { heartbeat, clockOffset = 0 }: { heartbeat?: number; clockOffset?: number } = {},
  ): Promise<ProcessApplication> => {
    const clock = pathToFileURL(join(dirname(compileApplication(12)), 'shifted-clock.js')).href;
    const variables = { NODE_OPTIONS: `--import=${clock}`, CLOCK_OFFSET: String(clockOffset) };
    return ProcessApplication.start(12, { adapter: 'express', fleet: fleetOf(instance, heartbeat) }, variables);
  };

  it(
    'reports a frozen process as lost and then as back, and a restart not as a loss, also with a wrong clock',
    { timeout: PATIENCE },
    async () => {
      const began = performance.now();
      const [one, ahead, two] = await Promise.all([
        start('one'),
        start('ahead', { clockOffset: HOUR }),
        start('two', { clockOffset: -HOUR }),
      ]);
      const observers = [one, ahead];
      const seesTwoAs = (phase: string): Promise<void> =>
        seeAll(observers, { one: 'accepting', ahead: 'accepting', two: phase });
      await seeAll([one, ahead, two], { one: 'accepting', ahead: 'accepting', two: 'accepting' });
      seeSameAges(await Promise.all([one, ahead, two].map(reportOf)), performance.now() - began);

      two.signal('SIGSTOP');
      await seesTwoAs('lost');
      // Changes are detected once per second, so the loss must be detected before it ends.
      await happened(observers, 'two', ['lost']);
      two.signal('SIGCONT');
      await seesTwoAs('accepting');
      await happened(observers, 'two', ['lost', 'recovered']);
      // The frozen process has received nothing meanwhile. It must not conclude that the other processes were lost.
      await seeAll([two], { one: 'accepting', ahead: 'accepting', two: 'accepting' });
      expect(kindsOf(await reportOf(two), 'one')).not.toContain('lost');

      two.signal('SIGKILL');
      await happened(observers, 'two', ['lost', 'recovered', 'lost']);
      await seesTwoAs('lost');
      const restarted = await start('two', { heartbeat: LONG_HEARTBEAT });
      await seesTwoAs('accepting');
      await happened(observers, 'two', ['lost', 'recovered', 'lost', 'restarted']);

      restarted.signal('SIGKILL');
      await restarted.exited();
      await start('two', { heartbeat: LONG_HEARTBEAT });
      await happened(observers, 'two', ['lost', 'recovered', 'lost', 'restarted', 'restarted']);
      await seesTwoAs('accepting');
    },
  );

  it.runIf(isNightly)(
    'reports a process as starting, and as lost when it is killed then',
    { timeout: PATIENCE },
    async () => {
      const one = await start('one');
      const two = ProcessApplication.spawn(12, { adapter: 'express', parts: ['slow start'], fleet: fleetOf('two') });
      await seeAll([one], { one: 'accepting', two: 'starting' });
      two.signal('SIGKILL');
      await seeAll([one], { one: 'accepting', two: 'lost' });
      expect((await reportOf(one)).services[0]?.ready).toBe(1);
    },
  );

  // Every run of the tests also kills the connection of the instance that runs the check: see scoped-runs.ts.
  it.runIf(isNightly)(
    'takes over a check with scope fleet when the process that runs it is killed',
    { timeout: PATIENCE },
    async () => {
      const names = ['one', 'two', 'three'] as const;
      const all = await Promise.all(names.map((name) => start(name)));
      const killed = await runnerOf(all);
      killed.signal('SIGKILL');
      await killed.exited();
      const survivors = all.filter((each) => each !== killed);
      const before = runsOf(survivors).length;

      const successor = await runnerOf(survivors, before);
      const other = survivors.find((each) => each !== successor);
      const run_by = names[all.indexOf(successor)];
      await vi.waitFor(async () => {
        const { status, body } = (await other?.ask('/health/deep')) ?? {};
        const { details } = JSON.parse(body ?? '') as { details: Record<string, unknown> };
        expect(status).toBe(200);
        expect(details['rates']).toMatchObject({ status: 'UP', data: { run_by } });
      }, SOON);
      await expect(successor.statusOf('/health/ready')).resolves.toBe(200);
    },
  );
});

async function reportOf(application: ProcessApplication): Promise<FleetReport> {
  return JSON.parse((await application.ask('/health/fleet')).body) as FleetReport;
}

/**
 * Expects that the ages in the reports of three processes are at most as long as the test, although two clocks are
 * wrong by
 * an hour.
 */
function seeSameAges(reports: readonly FleetReport[], longest: number): void {
  const [right, ahead, behind] = reports.map(({ timestamp }) => Date.parse(timestamp)) as [number, number, number];
  expect(ahead - right).toBeGreaterThan(HOUR / 2);
  expect(right - behind).toBeGreaterThan(HOUR / 2);
  for (const { timestamp, services } of reports) {
    for (const { phase_since: phase, ready_since: ready, last_seen_at: heard } of services[0]?.instances ?? []) {
      for (const since of [phase, ready, heard]) {
        const age = Date.parse(timestamp) - Date.parse(since);
        expect(age).toBeGreaterThanOrEqual(0);
        expect(age).toBeLessThan(longest);
      }
    }
    expect(kindsIn(services)).toStrictEqual(['accepting']);
  }
}

/** Waits until each observer sees these phases. */
async function seeAll(
  observers: readonly ProcessApplication[],
  phases: Readonly<Record<string, string>>,
): Promise<void> {
  for (const observer of observers) {
    await vi.waitFor(async () => {
      const { services } = await reportOf(observer);
      const seen = services.flatMap(({ instances }) => instances.map(({ instance, phase }) => [instance, phase]));
      expect(Object.fromEntries(seen)).toStrictEqual(phases);
    }, SOON);
  }
}

/** Waits until each observer has seen exactly these losses and restarts of an instance, in this order. */
async function happened(
  observers: readonly ProcessApplication[],
  instance: string,
  kinds: readonly FleetEvent['kind'][],
): Promise<void> {
  for (const observer of observers) {
    await vi.waitFor(async () => expect(kindsOf(await reportOf(observer), instance)).toStrictEqual(kinds), SOON);
  }
}

function kindsOf({ events }: FleetReport, instance: string): FleetEvent['kind'][] {
  return events
    .filter(({ instances }) => instances?.includes(instance))
    .map(({ kind }) => kind)
    .filter((kind) => kind === 'lost' || kind === 'recovered' || kind === 'restarted')
    .toReversed();
}

function kindsIn(services: FleetReport['services']): string[] {
  return [...new Set(services.flatMap(({ instances }) => instances.map(({ phase }) => phase)))];
}

interface Run {
  readonly by: ProcessApplication;
  readonly at: number;
}

/** The runs of the check, ordered by time. */
function runsOf(applications: readonly ProcessApplication[]): Run[] {
  return applications
    .flatMap((by) => by.eventsOf('rates checked').map(({ at }) => ({ by, at })))
    .toSorted((a, b) => a.at - b.at);
}

/** Waits until one process runs the check for all, and returns it. */
async function runnerOf(applications: readonly ProcessApplication[], after = 0): Promise<ProcessApplication> {
  return vi.waitFor(() => {
    const latest = runsOf(applications).slice(after).slice(-IN_SEQUENCE);
    const [first] = latest;
    if (!first || latest.length < IN_SEQUENCE || latest.some(({ by }) => by !== first.by)) {
      throw new Error('Still no process runs the check for all');
    }
    return first.by;
  }, SOON);
}
