import { expect, it } from 'vitest';
import type { EventLoopStall } from 'nest-vitals';
import { StallReceiver } from '../../../../src/management/watchdog/stall-receiver.js';

it('StallReceiver logs an ended stall once, and passes it on without the state of the thread', () => {
  const lines: string[] = [];
  const recorded: EventLoopStall[] = [];
  const receiver = new StallReceiver(
    { recordStall: (stall) => void recorded.push(stall) },
    { warn: (line: string) => void lines.push(line) },
  );
  const stall: EventLoopStall = {
    startedAt: new Date(0),
    duration: 4200,
    frames: [],
    missingStack: 'native',
    description: 'event loop blocked for 4.2 s in native code',
  };
  receiver.receive({ ...stall, failsLive: true });
  expect(lines).toEqual(['event loop blocked for 4.2 s in native code; it is no longer blocked']);
  expect(recorded).toEqual([stall]);
});
