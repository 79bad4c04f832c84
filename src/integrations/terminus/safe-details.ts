import { isRecord } from '../../core/is-record.js';
import type { HealthData } from '../../core/result.js';

const DEEPEST_LEVEL = 4;

/**
 * The part of a terminus result that may be shown: numbers and booleans. Strings are often error messages, which may hold
 * a connection string, so they are omitted unless the application permits them with the option `texts`.
 */
export function safeDetails(details: HealthData, texts: boolean): HealthData | undefined {
  const safe = keep(details, texts, DEEPEST_LEVEL);
  return isRecord(safe) ? safe : undefined;
}

/** Undefined if no part of the value may be shown. */
function keep(value: unknown, texts: boolean, depth: number): unknown {
  if (typeof value === 'string') return texts ? value : undefined;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return value;
  if (depth === 0) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => keep(item, texts, depth - 1)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value)
    .map(([key, inner]) => [key, keep(inner, texts, depth - 1)] as const)
    .filter(([, inner]) => inner !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
