/** How a series of questions repeats. */
export interface Rhythm {
  /** Milliseconds after which each prober in the series asks again: at most so many, if that is not certain. */
  readonly interval: number;
  /** How many probers of this interval the series may consist of. */
  readonly probers: number;
  /** Whether the number of probers is known. Otherwise it is an upper bound. */
  readonly isCertain: boolean;
}

/** Probers with one address and one set of headers, such as the checks of one HAProxy for several backends: more are not told apart. */
const MOST_PROBERS = 8;
/** The number of probers that is assumed where it cannot be read: the backends for http, https and an API. */
export const ASSUMED_PROBERS = 3;
/** Milliseconds. Questions that come more often are a test, and hide every prober. */
export const SHORTEST_GAP = 50;
/** With fewer questions, chance decides which lag varies least. */
const ENOUGH_QUESTIONS = 24;
/** A lag that varies less than this share of another is not so by chance. */
const CLEARLY_LESS = 0.6;
/** By which factors the lags of 2, 3 and 4 questions of a single prober vary more than that of one, at least. */
const GROWTH = [1.2, 1.4, 1.6];
/** The share of the differences that the variation is read from. The others may be stalls. */
const CORE = 0.85;
/** Milliseconds by which a question may come early or late, whatever the interval. */
const LATENESS = 50;
/** The share of the interval by which a question may come early or late: HAProxy's `spread-checks`, a jitter. */
const JITTER = 0.25;

/** The time between a question and the one `lag` questions later, as it usually is. */
interface Lag {
  readonly lag: number;
  readonly usual: number;
  readonly longest: number;
  /** The average distance from the usual value, without the largest distances. */
  readonly variation: number;
}

/**
 * Reads the rhythm of questions that look alike. `times` are milliseconds, ascending. `longestInterval` is the longest
 * interval of interest: a prober of that interval must not be hidden among the others, so that there may be fewer
 * irregular questions than it would ask. Undefined: the questions follow no rhythm.
 *
 * A prober waits for its interval after each answer, so that every delay moves all of its later questions. Of several
 * probers that take turns, each has delays of its own: the time from a question to the next varies more than the time
 * to the next question of the same prober. So the lag that varies least tells how many probers there are, even if they
 * ask in equal distances, as the checks of HAProxy do.
 */
export function rhythmOf(times: readonly number[], longestInterval: number): Rhythm | undefined {
  const [first = 0] = times;
  const span = (times.at(-1) ?? 0) - first;
  const lags: Lag[] = [];
  for (let lag = 1; lag <= MOST_PROBERS && times.length >= 2 * lag + 1; lag += 1) {
    const regular = regularLag(times, lag, Math.floor(span / longestInterval) * lag);
    if (regular) lags.push(regular);
  }
  const best = lags.reduce<Lag | undefined>(
    (least, lag) => (!least || lag.variation < CLEARLY_LESS * least.variation ? lag : least),
    undefined,
  );
  if (!best) return undefined;
  const { lag: probers, longest: interval } = best;
  if (times.length < ENOUGH_QUESTIONS) {
    const assumed = (ASSUMED_PROBERS * span) / (times.length - 1);
    return { interval: Math.max(interval, assumed), probers: Math.max(probers, ASSUMED_PROBERS), isCertain: false };
  }
  const isCertain =
    probers > 1 || GROWTH.every((factor, index) => (lags[index + 1]?.variation ?? Infinity) >= factor * best.variation);
  return isCertain
    ? { interval, probers, isCertain }
    : { interval: ASSUMED_PROBERS * interval, probers: ASSUMED_PROBERS, isCertain };
}

function regularLag(times: readonly number[], lag: number, exceptions: number): Lag | undefined {
  const differences = new Float64Array(times.length - lag);
  for (let index = 0; index < differences.length; index += 1) {
    differences[index] = (times[index + lag] ?? 0) - (times[index] ?? 0);
  }
  differences.sort();
  const usual = quantile(differences, 0.5);
  if (usual < lag * SHORTEST_GAP) return undefined;
  // A question that is no part of the rhythm shortens a lag by one distance between two questions.
  const tolerance = Math.min(usual / (2 * lag), Math.max(LATENESS, JITTER * usual));
  const distances = differences.map((difference) => Math.abs(difference - usual)).sort();
  const regular = distances.filter((distance) => distance <= tolerance).length;
  if (distances.length - regular > Math.min(exceptions, distances.length / 4)) return undefined;
  const longest = Math.min(quantile(differences, 0.9), usual + tolerance);
  return { lag, usual, longest, variation: average(distances.subarray(0, Math.ceil(CORE * distances.length))) };
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function average(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
