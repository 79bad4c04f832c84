import { inspect } from 'node:util';
import { LONGEST_CODE, boundedText, onOneLine } from './bounded-text.js';
import { type CopyLimits, isError, safeCopy } from './safe-copy.js';

/** Characters of a whole entry. */
const LONGEST = 8000;
const CAUSES_FOLLOWED = 5;
const ERRORS_SHOWN = 5;
const FRAMES_SHOWN = 12;
const LONGEST_FRAME = 300;
/** Clients attach their request, response and agent to an error, so only the class name of an instance is written. */
const LIMITS: CopyLimits = { size: 2000, text: 500, items: 20, depth: 5, namesInstances: true, copiesErrors: true };
/** Properties that are written separately. */
const HANDLED: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'code', 'cause', 'errors']);
const FRAME = /^\s{1,8}at .*$/;

/**
 * The text of an error for the log: its name, code and message on one line, then its stack, its other properties by the
 * rules for data, and its causes. Secrets are masked, control characters are escaped, and the length is bounded.
 */
export function formatRaw(cause: unknown): string {
  const text = neverThrows(() => (isError(cause) ? new ErrorText().of(cause) : valueText(cause)));
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}

class ErrorText {
  readonly #seen = new Set<object>();

  of(error: object, indent = ''): string {
    if (this.#seen.has(error)) return '(circular reference)';
    if (this.#seen.size >= CAUSES_FOLLOWED + ERRORS_SHOWN) return '(more errors were left out)';
    this.#seen.add(error);
    const inner = `${indent}    `;
    const lines = [headline(error), ...frames(error).map((frame) => `${indent}${frame}`)];
    for (const [key, value] of properties(error)) lines.push(`${inner}${key}: ${value}`);
    const cause = property(error, 'cause');
    if (cause !== undefined) lines.push(`${inner}[cause]: ${this.#any(cause, inner)}`);
    const errors = property(error, 'errors');
    if (Array.isArray(errors)) {
      for (const each of errors.slice(0, ERRORS_SHOWN)) lines.push(`${inner}[error]: ${this.#any(each, inner)}`);
      if (errors.length > ERRORS_SHOWN)
        lines.push(`${inner}(${errors.length - ERRORS_SHOWN} more errors were left out)`);
    }
    return lines.join('\n');
  }

  #any(value: unknown, indent: string): string {
    return isError(value) ? this.of(value, indent) : valueText(value);
  }
}

/** `Error [ECONNREFUSED]: connect failed`. */
function headline(error: object): string {
  const name = line(property(error, 'name'), LONGEST_CODE) ?? 'Error';
  const code = line(property(error, 'code'), LONGEST_CODE);
  const message = line(property(error, 'message')) ?? '';
  return `${name}${code === undefined ? '' : ` [${code}]`}${message === '' ? '' : `: ${message}`}`;
}

function line(value: unknown, longest?: number): string | undefined {
  return typeof value === 'string' || typeof value === 'number'
    ? onOneLine(boundedText(String(value), longest))
    : undefined;
}

/** The lines of the stack that are frames, without lines of the message that look like frames. */
function frames(error: object): string[] {
  const stack = property(error, 'stack');
  if (typeof stack !== 'string') return [];
  const message = property(error, 'message');
  const at = typeof message === 'string' && message !== '' ? stack.indexOf(message) : -1;
  const after = at === -1 ? stack : stack.slice(at + String(message).length);
  return after
    .slice(0, LONGEST)
    .split('\n')
    .filter((each) => FRAME.test(each))
    .slice(0, FRAMES_SHOWN)
    .map((frame) => onOneLine(frame.slice(0, LONGEST_FRAME)));
}

function properties(error: object): [string, string][] {
  const others: Record<string, unknown> = {};
  for (const key in error) {
    if (!HANDLED.has(key) && Object.hasOwn(error, key)) others[key] = property(error, key);
    if (Object.keys(others).length > LIMITS.items) break;
  }
  return Object.entries(safeCopy(others, LIMITS) ?? {}).map(([key, value]) => [
    onOneLine(key),
    onOneLine(JSON.stringify(value)),
  ]);
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return inspect(onOneLine(boundedText(value)));
  if (typeof value !== 'object' || value === null) return onOneLine(inspect(value).slice(0, LONGEST_FRAME));
  const copy = safeCopy(value, LIMITS);
  return copy === undefined ? UNREADABLE : onOneLine(inspect(copy, { depth: LIMITS.depth, breakLength: Infinity }));
}

const UNREADABLE = '(an error that cannot be described)';

function property(error: object, key: string): unknown {
  try {
    return Reflect.get(error, key);
  } catch {
    return undefined;
  }
}

/** A hostile object (a proxy, a throwing getter) must not turn a log line into a crash. */
function neverThrows(describe: () => string): string {
  try {
    return describe();
  } catch {
    return UNREADABLE;
  }
}
