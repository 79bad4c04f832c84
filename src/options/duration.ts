/**
 * A time span: a whole number of milliseconds, or a text with a unit.
 *
 * @example
 * { timeout: 500, ttl: '5s', interval: '1m', maxAge: '1h', retryDelay: '250ms' }
 */
export type Duration = number | `${bigint}${'ms' | 's' | 'm' | 'h'}`;

/** The options with each time span converted to a number of milliseconds. */
export type InMilliseconds<Options> = {
  readonly [Option in keyof Options]: Exclude<Options[Option], Exclude<Duration, number>>;
};

const FACTORS: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The milliseconds of a text such as `5s`. A number without a unit is milliseconds. Undefined: the text is not a time span. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d+)\s*(ms|s|m|h)?$/.exec(text) ?? [];
  const factor = FACTORS[unit];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
