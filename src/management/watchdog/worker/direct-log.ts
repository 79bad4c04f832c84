import { writeSync } from 'node:fs';
import { onOneLine } from '../../../core/bounded-text.js';
import type { LogForm } from '../stall.js';

const STDERR = 2;

/**
 * Returns a function that writes a warning to stderr at once. `console` of a worker thread passes its lines through the
 * main thread, which is blocked.
 */
export function directLog(form: LogForm, context = 'Health'): (line: string) => void {
  return (line) => {
    const text = onOneLine(line);
    try {
      writeSync(STDERR, `${form === 'json' ? asJson(text, context) : asText(text, context)}\n`);
    } catch {
      // The pipe is full or closed. The thread must not wait for it.
    }
  };
}

function asText(line: string, context: string): string {
  return `[Nest] ${process.pid}  - ${new Date().toLocaleString()}     WARN [${context}] ${line}`;
}

/** The fields of Nest's console logger with the option `json`. */
function asJson(message: string, context: string): string {
  return JSON.stringify({ level: 'warn', pid: process.pid, timestamp: Date.now(), message, context });
}
