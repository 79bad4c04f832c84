/** The rhythm of a series of requests. */
export interface Rhythm {
  /** Milliseconds after which each prober in the series repeats its request. An upper bound unless `isCertain`. */
  readonly interval: number;
  /** The largest number of probers with this interval in the series. */
  readonly probers: number;
  /** Whether the number of probers is known. Otherwise it is an upper bound. */
  readonly isCertain: boolean;
}

/** The largest number of probers with one address and one set of headers that are distinguished, as of one HAProxy. */
const MOST_PROBERS = 8;
/** The number of probers that is assumed when it cannot be read: backends for http, https and an API. */
export const ASSUMED_PROBERS = 3;
/** Milliseconds. More frequent requests are a load test, in which no prober can be recognised. */
export const SHORTEST_GAP = 50;
/**
 * With fewer requests, chance decides which lag varies least. In a simulation, two or three probers at equal distances were
 * taken for one in 2 % of the series of 12 requests, and in 0.1 % of those of 24.
 */
const ENOUGH_REQUESTS = 24;
/** A lag whose variation is below this share of another lag's variation is clearly the more regular one. */
const CLEARLY_LESS = 0.6;
/** The factors by which the lags of 2, 3 and 4 requests of a single prober vary more than its lag of 1 request, at least. */
const LEAST_GROWTH = [1.2, 1.4, 1.6];
/** The share of the differences from which the variation is computed. The others may be stalls. */
const CORE_SHARE = 0.85;
/** Milliseconds by which a request may come early or late, for every interval. */
const LATENESS = 50;
/** The share of the interval by which a request may come early or late: HAProxy's `spread-checks`, a jitter. */
const JITTER = 0.25;

/** The time between a request and the one `lag` requests later. */
interface Lag {
  readonly lag: number;
  readonly usual: number;
  readonly longest: number;
  /** The average distance from the usual value, without the largest distances. */
  readonly variation: number;
}

/**
 * Reads the rhythm of requests that cannot be distinguished. `times` are milliseconds, ascending. `longestInterval` is the longest
 * interval of interest: the number of irregular requests must stay below that of a prober with this interval, which could
 * otherwise be hidden among them. Undefined: the requests follow no rhythm.
 *
 * A prober waits for its interval after each response, so every delay moves all of its later requests. Several probers
 * have independent delays: the time to the next request varies more than the time to the next request of the same prober.
 * So the lag that varies least is the number of probers, even if their requests come at equal distances, as the checks of
 * HAProxy do.
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
  if (times.length < ENOUGH_REQUESTS) {
    const assumed = (ASSUMED_PROBERS * span) / (times.length - 1);
    return { interval: Math.max(interval, assumed), probers: Math.max(probers, ASSUMED_PROBERS), isCertain: false };
  }
  const isCertain =
    probers > 1 ||
    LEAST_GROWTH.every((factor, index) => (lags[index + 1]?.variation ?? Infinity) >= factor * best.variation);
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
  // A request outside the rhythm shortens a lag by one distance between two requests.
  const tolerance = Math.min(usual / (2 * lag), Math.max(LATENESS, JITTER * usual));
  const distances = differences.map((difference) => Math.abs(difference - usual)).toSorted();
  const regular = distances.filter((distance) => distance <= tolerance).length;
  if (distances.length - regular > Math.min(exceptions, distances.length / 4)) return undefined;
  const longest = Math.min(quantile(differences, 0.9), usual + tolerance);
  return { lag, usual, longest, variation: average(distances.subarray(0, Math.ceil(CORE_SHARE * distances.length))) };
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function average(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
