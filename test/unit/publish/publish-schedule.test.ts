import type { ApplicationPhase, HealthMonitor, HealthReport } from 'nest-vitals';
import { beforeEach, expect, it, vi } from 'vitest';
import type { PublisherSettings } from '../../../src/publish/publish-options.js';
import { PublishSchedule } from '../../../src/publish/publish-schedule.js';
import { PASSING_REPORT } from '../../support/health-report.js';
import { latch } from '../../support/latch.js';
import { passTime, stopClock } from '../../support/standing-clock.js';

beforeEach(() => {
  stopClock();
  return () => void vi.restoreAllMocks();
});

it('the publish schedule publishes after each period, shortened by at most the jitter', async () => {
  const { schedule, published, random } = scheduled({ period: 1000, jitter: 0.2 });
  random.mockReturnValueOnce(0).mockReturnValueOnce(0.5).mockReturnValueOnce(1);
  schedule.start();
  await passTime(0);
  expect(published).toHaveLength(1);
  for (const pause of [1000, 900, 800]) {
    const { length } = published;
    await passTime(pause - 1);
    expect(published).toHaveLength(length);
    await passTime(1);
    expect(published).toHaveLength(length + 1);
  }
});

it('the publish schedule publishes a change, but none before the first evaluation', async () => {
  const { schedule, published, evaluation, monitor } = scheduled({}, latch<HealthReport>());
  schedule.start();
  monitor.change();
  await passTime(0);
  expect(published).toEqual([]);
  evaluation.open(PASSING_REPORT);
  await passTime(0);
  expect(published).toHaveLength(1);
  monitor.change();
  await passTime(0);
  expect(published).toHaveLength(2);
});

it('the publish schedule ignores changes if onChange is false', () => {
  const { schedule, monitor } = scheduled({ onChange: false });
  schedule.start();
  expect(monitor.changes).toEqual([]);
});

it('the publish schedule waits for the start of the application', async () => {
  const { schedule, published, monitor } = scheduled();
  monitor.enter('starting');
  schedule.start();
  await passTime(120_000);
  expect(published).toEqual([]);
  monitor.enter('accepting');
  await passTime(0);
  expect(published).toHaveLength(1);
});

it.each(['state', 'change'] as const)(
  'the publish schedule sends the final message at the %s of the drain, and nothing after it',
  async (event) => {
    const { schedule, published, monitor } = scheduled();
    schedule.start();
    await passTime(0);
    monitor.phase = 'draining';
    if (event === 'state') monitor.enter('draining');
    else monitor.change();
    await passTime(0);
    expect(published).toEqual(['report', 'final']);
    expect([monitor.changes, monitor.states]).toEqual([[], []]);
    expect(vi.getTimerCount()).toBe(0);
    await passTime(120_000);
    await schedule.stop();
    expect(published).toEqual(['report', 'final']);
  },
);

it('the publish schedule publishes also after a failed evaluation', async () => {
  const evaluation = latch<HealthReport>();
  const { schedule, published } = scheduled({}, evaluation);
  schedule.start();
  evaluation.fail(new Error('stopped'));
  await passTime(0);
  expect(published).toEqual(['report']);
});

/** A monitor whose events the test sends. */
class ManualMonitor {
  phase: ApplicationPhase = 'accepting';
  readonly states: (() => unknown)[] = [];
  readonly changes: (() => unknown)[] = [];

  get state(): { phase: ApplicationPhase } {
    return { phase: this.phase };
  }
  peek(): HealthReport {
    return PASSING_REPORT;
  }
  onState(listener: () => unknown): () => void {
    return listen(this.states, listener);
  }
  onProbeChange(_probe: string, listener: () => unknown): () => void {
    return listen(this.changes, listener);
  }
  enter(phase: ApplicationPhase): void {
    this.phase = phase;
    for (const listener of this.states.slice()) listener();
  }
  change(): void {
    for (const listener of this.changes.slice()) listener();
  }
}

function listen(listeners: (() => unknown)[], listener: () => unknown): () => void {
  listeners.push(listener);
  return () => void listeners.splice(listeners.indexOf(listener), 1);
}

function scheduled(times: Partial<PublisherSettings> = {}, evaluation = opened()) {
  const published: string[] = [];
  const publisher = { name: 'board', publish: () => published.push('report'), finish: () => published.push('final') };
  const monitor = new ManualMonitor();
  const settings = { publisher, probe: 'ready', period: 30_000, jitter: 0, onChange: true, timeout: 1000, ...times };
  const logger = { log: () => undefined, warn: (line: string) => expect.unreachable(line) };
  const endpoints = { report: () => evaluation.promise };
  const schedule = new PublishSchedule(settings, monitor as unknown as HealthMonitor, endpoints, logger);
  return { schedule, published, monitor, evaluation, random: vi.spyOn(Math, 'random') };
}

function opened() {
  const evaluation = latch<HealthReport>();
  evaluation.open(PASSING_REPORT);
  return evaluation;
}
