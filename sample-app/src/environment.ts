/** The environment does not let the program start. The message says all there is to say. */
export class EnvironmentError extends Error {}

/** Reads a whole number from an environment variable. Anything else stops the start: a typing error is no default. */
export function wholeNumber(variable: string, fallback: number, max = Number.MAX_SAFE_INTEGER): number {
  const text = process.env[variable]?.trim();
  if (!text) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value <= max) return value;
  throw new EnvironmentError(`${variable} is ${JSON.stringify(text)}; expected is a whole number from 0 to ${max}.`);
}

/** Port 0 asks the system for a free one. */
export const port = (variable: string, fallback: number): number => wholeNumber(variable, fallback, 65_535);
