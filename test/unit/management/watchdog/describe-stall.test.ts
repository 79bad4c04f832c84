import { describe, expect, it } from 'vitest';
import {
  describeStall,
  describeWithStack,
  placeOf,
} from '../../../../src/management/watchdog/worker/describe-stall.js';

const frame = (name: string, file: string): { function: string; file: string; line: number; column: number } => ({
  function: name,
  file,
  line: 112,
  column: 7,
});
const application = frame('parseOrders', '/app/src/orders.service.ts');

describe('describeStall', () => {
  it.each([
    [850, '850 ms'],
    [1000, '1.0 s'],
    [4240, '4.2 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [31_400, '31 s'],
    [95_000, '1 min 35 s'],
  ])('formats %i ms', (duration, expected) => {
    expect(describeStall(duration, undefined)).toBe(`event loop blocked for ${expected}`);
  });

  it('contains the place if it is known', () => {
    expect(describeStall(4200, 'native code')).toBe('event loop blocked for 4.2 s in native code');
  });
});

describe('placeOf', () => {
  it('is the innermost frame of the application, not a frame of Node or a package', () => {
    const frames = [frame('spawnSync', 'node:child_process'), frame('run', '/app/node_modules/x/i.js'), application];
    expect(placeOf({ frames })).toBe('parseOrders (orders.service.ts:112)');
  });

  it('is a package if no frame belongs to the application, and Node if there is no package', () => {
    const ofPackage = frame('run', '/app/node_modules/x/i.js');
    const ofNode = frame('spawnSync', 'node:child_process');
    expect(placeOf({ frames: [ofNode, ofPackage] })).toBe('run (i.js:112)');
    expect(placeOf({ frames: [ofNode] })).toBe('spawnSync (node:child_process:112)');
  });

  it('is native code if only native code ran, and empty for other reasons', () => {
    expect(placeOf({ frames: [], missingStack: 'native' })).toBe('native code');
    expect(placeOf({ frames: [], missingStack: 'debugger' })).toBeUndefined();
  });
});

describe('describeWithStack', () => {
  it('lists the frames, innermost first', () => {
    expect(describeWithStack('stall', { frames: [application, frame('handle', 'node:events')] })).toBe(
      'stall. Call stack: parseOrders (/app/src/orders.service.ts:112:7) < handle (node:events:112:7)',
    );
  });

  it.each([
    ['native', 'stall. No call stack, because native code cannot be interrupted'],
    ['debugger', 'stall. No call stack, because the inspector is open for a debugger'],
    ['failed', 'stall. No call stack, because the inspector is not available'],
    ['off', 'stall'],
  ] as const)('explains the missing stack: %s', (missingStack, expected) => {
    expect(describeWithStack('stall', { frames: [], missingStack })).toBe(expected);
  });
});
