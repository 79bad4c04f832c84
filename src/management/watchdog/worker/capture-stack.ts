import { fileURLToPath } from 'node:url';
import { isRecord } from '../../../core/is-record.js';
import type { MissingStack, StallFrame } from '../../../extension/event-loop-stall.js';
import { evaluateOnMain } from './evaluate-on-main.js';
import type { SourcePositions } from './source-positions.js';
import { STACK_EXPRESSION } from './stack-expression.js';

export type CapturedStack =
  | { readonly frames: readonly StallFrame[]; readonly missingStack?: never }
  | { readonly frames: readonly []; readonly missingStack: MissingStack };

/** Milliseconds within which JavaScript on the main thread is interrupted, also on a busy machine. */
const LIMIT = 250;
/** Between two microtasks no function runs, so the call stack can be empty. */
const ATTEMPTS = 10;
/** Frames of a stall at most. */
const MAX_FRAMES = 8;
/** The computed name of a function can have any length. */
const LONGEST_NAME = 100;
const LONGEST_FILE = 500;

/** Captures the call stack of the main thread. Never rejects. */
export async function captureStack(sources: SourcePositions): Promise<CapturedStack> {
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const value = await evaluateOnMain(STACK_EXPRESSION, LIMIT);
      if (value === undefined) break;
      if (value === 'debugger') return { frames: [], missingStack: 'debugger' };
      const frames = framesOf(value);
      if (frames.length > 0) return { frames: frames.map((frame) => sources.original(frame)) };
    }
    return { frames: [], missingStack: 'native' };
  } catch {
    // The inspector is disabled in this process, or the application has replaced a function that the expression calls.
    return { frames: [], missingStack: 'failed' };
  }
}

/** The frames of the application and of Node itself, without those of the expression, which have no file. */
function framesOf(value: unknown): StallFrame[] {
  if (!isRecord(value) || !Array.isArray(value['frames'])) return [];
  const own = formattedFrames(String(value['text']));
  const isAligned = own.length === value['frames'].length;
  const all = value['frames'].flatMap((frame: unknown, index) => {
    const raw = frameOf(frame);
    return raw ? [{ ...raw, ...(isAligned && isTypeScript(raw.file) ? own[index] : undefined) }] : [];
  });
  // A frame of Node below the application's code shows only how that code was called.
  const last = all.findLastIndex(({ file }) => !file.startsWith('node:'));
  return all.slice(0, last === -1 ? MAX_FRAMES : Math.min(last + 1, MAX_FRAMES));
}

function frameOf(frame: unknown): StallFrame | undefined {
  if (!Array.isArray(frame)) return undefined;
  const [name, file, line, column] = frame as unknown[];
  if (typeof file !== 'string' || file === '' || typeof line !== 'number' || typeof column !== 'number')
    return undefined;
  const known = typeof name === 'string' && name !== '' ? name : '(anonymous)';
  return { function: known.slice(0, LONGEST_NAME), file: pathOf(file), line, column };
}

const isTypeScript = (file: string): boolean => /\.[cm]?tsx?$/.test(file);

/** The positions in the text of a stack. Undefined for a frame without one, such as native code. */
function formattedFrames(text: string): (Pick<StallFrame, 'file' | 'line' | 'column'> | undefined)[] {
  const frames = text.split('\n').filter((line) => /^\s*at /.test(line));
  return frames.map((frame) => {
    const [, file, line, column] = /(?:\(|^\s*at (?:async )?)([^()]+):(\d+):(\d+)\)?$/.exec(frame) ?? [];
    return file === undefined ? undefined : { file: pathOf(file), line: Number(line), column: Number(column) };
  });
}

function pathOf(file: string): string {
  const bounded = file.slice(0, LONGEST_FILE);
  try {
    return bounded.startsWith('file:') ? fileURLToPath(bounded) : bounded;
  } catch {
    return bounded;
  }
}
