import { HealthCheckError, type HealthReport } from 'nest-vitals';
import type { HealthPublisher } from 'nest-vitals/publish';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { shutdownClock } from '../../../src/core/shutdown-clock.js';
import { PublishChannel } from '../../../src/publish/publish-channel.js';
import { DRAINING_REPORT, PASSING_REPORT } from '../../support/health-report.js';
import { type Latch, latch, never } from '../../support/latch.js';
import { passTime, stopClock } from '../../support/standing-clock.js';

/** A publisher whose calls end when the test ends them. */
class HeldPublisher implements HealthPublisher {
  readonly name = 'board';
  readonly calls: { reason: string | undefined; signal: AbortSignal; end: Latch }[] = [];

  publish({ reason }: HealthReport, signal: AbortSignal): Promise<void> {
    const end = latch();
    this.calls.push({ reason, signal, end });
    return end.promise;
  }

  get reasons(): readonly (string | undefined)[] {
    return this.calls.map(({ reason }) => reason);
  }
}

const report = (reason: string): HealthReport => ({ ...PASSING_REPORT, reason });
let lines: string[];
const logger = {
  log: (line: string) => lines.push(`log: ${line}`),
  warn: (line: string) => lines.push(`warn: ${line}`),
};
const settle = (): Promise<unknown> => passTime(0);

beforeEach(() => {
  lines = [];
  stopClock();
  // The shutdown would use the real clock, which cannot be stopped.
  vi.spyOn(shutdownClock, 'setTimeout').mockImplementation((callback, milliseconds) =>
    setTimeout(callback, milliseconds),
  );
  vi.spyOn(shutdownClock, 'clearTimeout').mockImplementation((timer) => clearTimeout(timer));
  onTestFinished(() => void vi.restoreAllMocks());
});

it('a publish channel sends one report at a time, and then only the latest', async () => {
  const publisher = new HeldPublisher();
  const channel = new PublishChannel(publisher, 1000, logger);
  for (const reason of ['1', '2', '3', '4']) {
    channel.offer(report(reason));
    await settle();
  }
  expect(publisher.reasons).toEqual(['1']);
  publisher.calls[0]?.end.open();
  await settle();
  expect(publisher.reasons).toEqual(['1', '4']);
  publisher.calls[1]?.end.open();
  await settle();
  expect(publisher.reasons).toEqual(['1', '4']);
  channel.offer(report('5'));
  await settle();
  expect(publisher.reasons).toEqual(['1', '4', '5']);
  expect(lines).toEqual([]);
});

it('a publish channel aborts a report after the timeout, and starts no other before the call has ended', async () => {
  const publisher = new HeldPublisher();
  const channel = new PublishChannel(publisher, 1000, logger);
  channel.offer(report('1'));
  await settle();
  channel.offer(report('2'));
  expect(publisher.calls[0]?.signal.aborted).toBe(false);
  await passTime(2000);
  await vi.waitFor(() => expect(publisher.calls[0]?.signal.aborted).toBe(true));
  expect(publisher.reasons).toEqual(['1']);
  expect(lines).toEqual([
    'warn: Health is not published to board: timed out (ETIMEDOUT). Further failures are not logged until it works again',
  ]);
  publisher.calls[0]?.end.fail(new Error('aborted'));
  await settle();
  expect(publisher.reasons).toEqual(['1', '2']);
  expect(lines).toHaveLength(1);
});

it('a publish channel logs the first failure and the recovery, without the message of an unknown error', async () => {
  const outcomes: (() => unknown)[] = [
    () => Promise.reject(new Error('https://user:secret@host')),
    () => {
      throw new HealthCheckError('HTTP status 500');
    },
    () => undefined,
    () => undefined,
    () => Promise.reject(new HealthCheckError('HTTP status 404')),
  ];
  const publisher: HealthPublisher = { name: 'board\nforged', publish: () => outcomes.shift()?.() };
  const channel = new PublishChannel(publisher, 1000, logger);
  for (let count = outcomes.length; count > 0; count -= 1) {
    channel.offer(PASSING_REPORT);
    await settle();
  }
  const rest = 'Further failures are not logged until it works again';
  expect(lines).toEqual([
    String.raw`warn: Health is not published to board\nforged: publish() failed. ${rest}`,
    String.raw`log: Health is published to board\nforged again`,
    String.raw`warn: Health is not published to board\nforged: HTTP status 404. ${rest}`,
  ]);
});

it('a publish channel aborts the current report, drops the waiting report, and sends the final message last', async () => {
  const publisher = new HeldPublisher();
  const channel = new PublishChannel(publisher, 1000, logger);
  channel.offer(report('1'));
  await settle();
  channel.offer(report('2'));
  const finished = channel.finish(DRAINING_REPORT);
  channel.offer(report('3'));
  expect(publisher.calls[0]?.signal.aborted).toBe(true);
  await settle();
  expect(publisher.reasons).toEqual(['1']);
  publisher.calls[0]?.end.fail(new Error('aborted'));
  await settle();
  expect(publisher.reasons).toEqual(['1', 'shutting down']);
  expect(channel.finish(DRAINING_REPORT)).toBe(finished);
  publisher.calls[1]?.end.open();
  await finished;
  channel.offer(report('4'));
  await settle();
  expect(publisher.reasons).toEqual(['1', 'shutting down']);
  expect(lines).toEqual([]);
});

it('a publish channel uses finish() for the final message if the publisher has it', async () => {
  const finish = vi.fn<NonNullable<HealthPublisher['finish']>>();
  const publish = vi.fn<HealthPublisher['publish']>();
  await new PublishChannel({ name: 'board', publish, finish }, 1000, logger).finish(DRAINING_REPORT);
  expect(finish.mock.calls).toEqual([[DRAINING_REPORT, expect.any(AbortSignal)]]);
  expect(publish).not.toHaveBeenCalled();
});

it.each([
  [
    'the final message hangs',
    (publisher: HeldPublisher) => expect(publisher.reasons).toEqual(['shutting down']),
    false,
  ],
  [
    'an earlier report ignores its signal',
    (publisher: HeldPublisher) => expect(publisher.reasons).toEqual(['1']),
    true,
  ],
])('a publish channel ends after the timeout if %s', async (_case, check, isBusy) => {
  const publisher = new HeldPublisher();
  const channel = new PublishChannel(publisher, 1000, logger);
  if (isBusy) channel.offer(report('1'));
  await settle();
  let isFinished = false;
  void channel.finish(DRAINING_REPORT).then(() => (isFinished = true));
  await passTime(999);
  expect(isFinished).toBe(false);
  await passTime(1);
  expect(isFinished).toBe(true);
  check(publisher);
  expect(lines).toEqual([expect.stringContaining('not published to board: timed out (ETIMEDOUT)')]);
});

it('a publish channel does not wait for a publisher that never settles', () => {
  const publish = vi.fn<HealthPublisher['publish']>(never);
  new PublishChannel({ name: 'board', publish }, 1000, logger).offer(PASSING_REPORT);
  expect(publish).not.toHaveBeenCalled();
});
