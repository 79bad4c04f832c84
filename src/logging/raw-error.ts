import { inspect } from 'node:util';
import { maskCredentials } from '../core/redact.js';

/** An error with its stack and its causes, as it goes to the log: everything but the credentials in URLs. */
export function formatRaw(cause: unknown): string {
  return maskCredentials(
    safely(() => inspect(cause, cause instanceof Error ? { depth: 5, compact: 3 } : { depth: 3 })),
  );
}

/** A hostile object (a proxy, a throwing getter) must not turn a log line into a crash. */
function safely(describe: () => string): string {
  try {
    return describe();
  } catch {
    return '(an error that cannot be described)';
  }
}
