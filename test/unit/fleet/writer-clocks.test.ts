import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AcknowledgedClock } from '../../../src/fleet/outcome-entry.js';
import { WriterClocks } from '../../../src/fleet/writer-clocks.js';

const ME = 'this process';

describe('WriterClocks', () => {
  it('dates the entry of a writer that has received an entry of this process, however late it arrives', () => {
    const clocks = new WriterClocks(ME);
    clocks.record('a', 5000, [[ME, 100_000, 4900]], 170_000);
    expect(clocks.timeOf('a', 4900)).toBe(100_000);
    expect(clocks.timeOf('a', 5000)).toBeCloseTo(100_100, 0);
    expect(clocks.timeOf('a', 5000)).toBeLessThan(100_100);
  });

  it('cannot date the entry of a writer that has received no entry', () => {
    const clocks = new WriterClocks(ME);
    clocks.record('a', 5000, [], 100_000);
    clocks.record('b', 5000, [['a', 4000, 4900]], 100_000);
    expect([clocks.timeOf('a', 5000), clocks.timeOf('b', 5000)]).toStrictEqual([undefined, undefined]);
  });

  it('dates the entry of a writer that has received an entry of a dated writer', () => {
    const clocks = new WriterClocks(ME);
    clocks.record('a', 5000, [[ME, 100_000, 5000]], 100_000);
    clocks.record('b', 70, [['a', 6000, 60]], 101_010);
    expect(clocks.timeOf('b', 60)).toBe(101_000 - 0.5);
  });

  it('keeps the comparison with the shortest delay', () => {
    const clocks = new WriterClocks(ME);
    clocks.record('a', 1000, [[ME, 0, 1000]], 1000);
    clocks.record('a', 2000, [[ME, 1000, 1900]], 1200);
    expect(clocks.timeOf('a', 2000)).toBe(1100 - 0.05);
    clocks.record('a', 3000, [[ME, 1100, 3000]], 2100);
    expect(clocks.timeOf('a', 3000)).toBe(1000 + 1100 * (1 - 1 / 2000));
  });

  it('compares again after the clock of this process has stopped because the machine was suspended', () => {
    const clocks = new WriterClocks(ME);
    clocks.record('a', 1000, [[ME, 1000, 1000]], 1000);
    const hour = 3_600_000;
    clocks.record('a', 2000 + hour, [], 2000);
    expect(clocks.timeOf('a', 2000 + hour)).toBeUndefined();
    clocks.record('a', 1000, [[ME, 1000, 1000]], 2500);
    clocks.record('a', 3000 + hour, [[ME, 2500, 2600 + hour]], 3000);
    expect(clocks.timeOf('a', 2600 + hour)).toBe(2500);
  });

  it('never dates an entry too late, with any delays while clocks drift', () => {
    const step = fc.record({
      from: fc.nat({ max: 2 }),
      /** Milliseconds before the step. */
      pause: fc.nat({ max: 100_000 }),
      /** Milliseconds until the entry arrives at each process. */
      delays: fc.tuple(fc.nat({ max: 90_000 }), fc.nat({ max: 90_000 }), fc.nat({ max: 90_000 })),
    });
    const process = fc.record({
      began: fc.nat({ max: 1_000_000 }),
      rate: fc.double({ min: 0.9998, max: 1.0002, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 2, maxLength: 20 }),
        fc.tuple(process, process, process),
        (steps, given) => {
          const processes = given.map(({ began, rate }, index) => ({
            name: `boot-${index}`,
            clockAt: (time: number) => began + rate * time,
            clocks: new WriterClocks(`boot-${index}`),
            acknowledged: [] as AcknowledgedClock[],
          }));
          const arrivals: { at: number; run: () => void }[] = [];
          let time = 0;
          const arriveUntil = (end: number): void => {
            arrivals.sort((left, right) => left.at - right.at);
            while (arrivals[0] && arrivals[0].at <= end) arrivals.shift()?.run();
          };
          for (const { from, pause, delays } of steps) {
            time += pause;
            arriveUntil(time);
            const writer = processes[from] as (typeof processes)[number];
            const written = time;
            const clock = writer.clockAt(written);
            const acknowledged = [...writer.acknowledged];
            for (const [index, reader] of processes.entries()) {
              if (reader === writer) continue;
              const at = written + (delays[index] ?? 0);
              arrivals.push({
                at,
                run: () => {
                  reader.acknowledged.push([writer.name, clock, reader.clockAt(at)]);
                  reader.clocks.record(writer.name, clock, acknowledged, reader.clockAt(at));
                  const dated = reader.clocks.timeOf(writer.name, clock) ?? -Infinity;
                  expect(dated).toBeLessThanOrEqual(reader.clockAt(written) + 0.001);
                },
              });
            }
          }
          arriveUntil(Infinity);
        },
      ),
    );
  });

  it('keeps a limited number of writers', () => {
    const clocks = new WriterClocks(ME);
    for (let index = 0; index <= 1000; index += 1) clocks.record(`boot-${index}`, 0, [[ME, 0, 0]], index);
    expect(clocks.timeOf('boot-0', 0)).toBeUndefined();
    expect(clocks.timeOf('boot-1', 0)).toBe(0);
  });
});
