import { HealthCheckError } from '../errors/health-check.error.js';
import { show } from '../options/rules.js';

/** Bytes in UTF-8. */
export const LONGEST_VALUE = 65_536;
const SHORTEST_EXPIRY = 1000;
const LONGEST_EXPIRY = 86_400_000;

export const byteLength = (value: string): number => Buffer.byteLength(value);

/** Throws a `HealthCheckError` for a value that a store does not accept. */
export function checkValue(value: string): void {
  if (typeof value !== 'string') throw new HealthCheckError(`the value is ${show(value)}: use a text`);
  const size = byteLength(value);
  if (size > LONGEST_VALUE) {
    throw new HealthCheckError(`the value has ${size} bytes: use at most ${LONGEST_VALUE}`);
  }
}

/** Throws a `HealthCheckError` for a time that a store does not accept. */
export function checkExpiry(expiresIn: number): void {
  if (!Number.isInteger(expiresIn) || expiresIn < SHORTEST_EXPIRY || expiresIn > LONGEST_EXPIRY) {
    throw new HealthCheckError(
      `expiresIn is ${show(expiresIn)}: use a whole number of milliseconds from ${SHORTEST_EXPIRY} to ${LONGEST_EXPIRY}`,
    );
  }
}
