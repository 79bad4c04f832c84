import { basename } from 'node:path';
import type { StallFrame } from '../../../extension/event-loop-stall.js';
import { formatDuration } from '../../../logging/format-duration.js';
import type { CapturedStack } from './capture-stack.js';

/** `event loop blocked for 4.2 s in parseOrders (orders.service.ts:112)` */
export function describeStall(duration: number, place: string | undefined): string {
  return `event loop blocked for ${seconds(duration)}${place === undefined ? '' : ` in ${place}`}`;
}

/** `parseOrders (orders.service.ts:112)` or `native code`. Undefined: unknown. */
export function placeOf({ frames, missingStack }: CapturedStack): string | undefined {
  const frame = innermostFrame(frames);
  if (frame) return `${frame.function} (${basename(frame.file)}:${frame.line})`;
  return missingStack === 'native' ? 'native code' : undefined;
}

/** The description, with the call stack or the reason why there is none. */
export function describeWithStack(description: string, stack: CapturedStack): string {
  if (stack.missingStack === undefined) return `${description}. Call stack: ${stack.frames.map(position).join(' < ')}`;
  const reason = {
    native: '. No call stack, because native code cannot be interrupted',
    debugger: '. No call stack, because the inspector is open for a debugger',
    failed: '. No call stack, because the inspector is not available',
    off: '',
  }[stack.missingStack];
  return description + reason;
}

/** The innermost frame of the application, else of a package, else of Node. */
function innermostFrame(frames: readonly StallFrame[]): StallFrame | undefined {
  const outsideNode = frames.filter(({ file }) => !file.startsWith('node:'));
  return outsideNode.find(({ file }) => !/[/\\]node_modules[/\\]/.test(file)) ?? outsideNode[0] ?? frames[0];
}

function position({ function: name, file, line, column }: StallFrame): string {
  return `${name} (${file}:${line}:${column})`;
}

function seconds(milliseconds: number): string {
  const isShort = milliseconds >= 1000 && milliseconds < 9950;
  return isShort ? `${(milliseconds / 1000).toFixed(1)} s` : formatDuration(milliseconds);
}
