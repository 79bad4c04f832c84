import type { ProbeResponse } from '../extension/health-monitor.js';
import { proberFamily } from './prober-family.js';

/** Number of responses of one kind. */
export interface ResponseCount {
  readonly probe: string;
  readonly statusCode: number;
  /** See {@link proberFamily}. */
  readonly prober: string;
  count: number;
}

/** Remembered `User-Agent` texts for each probe and status code: more than the number of probers of any installation. */
const MAX_AGENTS = 64;
/** Longer than the `User-Agent` of any known prober. Longer texts are counted, but not remembered. */
const MAX_AGENT_LENGTH = 128;

/**
 * Counts responses by probe, status code and prober. Every probe passes through it, so a known caller costs three
 * look-ups and no allocation. The memory is bounded whatever `User-Agent` texts callers send.
 */
export class ResponseTally {
  readonly #counts = new Map<string, ResponseCount>();
  readonly #byProbe = new Map<string, Map<number, Map<string, ResponseCount>>>();

  add({ probe, statusCode, agent }: ProbeResponse): void {
    const known = this.#byProbe.get(probe)?.get(statusCode)?.get(agent);
    if (known) known.count += 1;
    else this.#remember(probe, statusCode, agent).count += 1;
  }

  /** Number of `User-Agent` texts that are remembered. */
  get remembered(): number {
    return [...this.#byProbe.values()]
      .flatMap((byCode) => [...byCode.values()])
      .reduce((sum, { size }) => sum + size, 0);
  }

  /** Counts since the last call. */
  take(): ResponseCount[] {
    const taken: ResponseCount[] = [];
    for (const kind of this.#counts.values()) {
      if (kind.count === 0) continue;
      taken.push({ ...kind });
      kind.count = 0;
    }
    return taken;
  }

  /** Drops the counts of a removed probe. Returns its kinds of responses. */
  forget(probe: string): ResponseCount[] {
    this.#byProbe.delete(probe);
    const forgotten: ResponseCount[] = [];
    for (const [key, kind] of this.#counts) {
      if (kind.probe !== probe) continue;
      this.#counts.delete(key);
      forgotten.push(kind);
    }
    return forgotten;
  }

  #remember(probe: string, statusCode: number, agent: string): ResponseCount {
    const prober = proberFamily(agent);
    const kind = entry(this.#counts, `${probe} ${statusCode} ${prober}`, () => ({
      probe,
      statusCode,
      prober,
      count: 0,
    }));
    if (agent.length > MAX_AGENT_LENGTH) return kind;
    const byCode = entry(this.#byProbe, probe, () => new Map<number, Map<string, ResponseCount>>());
    const byAgent = entry(byCode, statusCode, () => new Map<string, ResponseCount>());
    if (byAgent.size >= MAX_AGENTS) byAgent.clear();
    byAgent.set(agent, kind);
    return kind;
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
