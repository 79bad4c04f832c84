/** A wrong environment variable or a port in use prevents the start. Only the message is printed, without a stack. */
export class EnvironmentError extends Error {}

/** Reads a whole number from an environment variable. Any other text stops the start. */
export function wholeNumber(variable: string, fallback: number, max = Number.MAX_SAFE_INTEGER): number {
  const text = process.env[variable]?.trim();
  if (!text) return fallback;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value <= max) return value;
  throw new EnvironmentError(`${variable} is ${JSON.stringify(text)}: use a whole number from 0 to ${max}.`);
}

/** Reads a port. With 0 the system chooses a free one. */
export const port = (variable: string, fallback: number): number => wholeNumber(variable, fallback, 65_535);
