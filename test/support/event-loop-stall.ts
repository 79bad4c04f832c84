import type { EventLoopStall } from 'nest-vitals';

/** A stall of the event loop that has ended. `duration`: milliseconds. */
export function stallOf(duration: number, place = 'parseOrders (orders.service.ts:112)'): EventLoopStall {
  const seconds = (duration / 1000).toFixed(1);
  return {
    startedAt: new Date('2026-11-27T06:00:00.000Z'),
    duration,
    frames: [{ function: 'parseOrders', file: '/app/src/orders.service.ts', line: 112, column: 7 }],
    place,
    description: `event loop blocked for ${seconds} s in ${place}`,
  };
}
