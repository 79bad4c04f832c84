import type { ProbeResponse } from '../extension/health-monitor.js';
import { proberFamily } from './prober-family.js';

/** So many answers of a kind. */
export interface AnswerCount {
  readonly probe: string;
  readonly statusCode: number;
  /** As {@link proberFamily} names it. */
  readonly prober: string;
  count: number;
}

/** More kinds of callers than any installation has. */
const MOST_AGENTS = 64;
/** Longer than a prober's own words are. What a caller may write is as long as it likes. */
const LONGEST_AGENT = 128;

/**
 * Counts answers by probe, status code and prober. It stands on the way of each probe, so a caller who has been seen
 * before costs three look-ups and nothing is made; the memory it takes does not depend on what callers write.
 */
export class ResponseTally {
  readonly #cells = new Map<string, AnswerCount>();
  readonly #byProbe = new Map<string, Map<number, Map<string, AnswerCount>>>();

  add({ probe, statusCode, agent }: ProbeResponse): void {
    const known = this.#byProbe.get(probe)?.get(statusCode)?.get(agent);
    if (known) known.count += 1;
    else this.#admit(probe, statusCode, agent).count += 1;
  }

  /** How many texts of callers are kept. */
  get remembered(): number {
    return [...this.#byProbe.values()]
      .flatMap((byCode) => [...byCode.values()])
      .reduce((sum, { size }) => sum + size, 0);
  }

  /** What was counted since it was asked last. */
  take(): AnswerCount[] {
    const taken: AnswerCount[] = [];
    for (const cell of this.#cells.values()) {
      if (cell.count === 0) continue;
      taken.push({ ...cell });
      cell.count = 0;
    }
    return taken;
  }

  #admit(probe: string, statusCode: number, agent: string): AnswerCount {
    const prober = proberFamily(agent);
    const cell = entry(this.#cells, `${probe} ${statusCode} ${prober}`, () => ({
      probe,
      statusCode,
      prober,
      count: 0,
    }));
    if (agent.length > LONGEST_AGENT) return cell;
    const byCode = entry(this.#byProbe, probe, () => new Map<number, Map<string, AnswerCount>>());
    const byAgent = entry(byCode, statusCode, () => new Map<string, AnswerCount>());
    if (byAgent.size >= MOST_AGENTS) byAgent.clear();
    byAgent.set(agent, cell);
    return cell;
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
