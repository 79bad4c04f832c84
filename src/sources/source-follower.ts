import type { HealthCheckError } from '../errors/health-check.error.js';
import type { ConfigurationObserver, SourceEntry, SourceEntryOptions, SourceScope } from './configuration-source.js';
import { SCOPES } from './entries.js';
import { Throttle } from './throttle.js';

/** Milliseconds. An entry that changes more often is applied once in this time, with its last content. */
const PERIOD = 500;
/** The name of `unknown()` for the throttle. The name of an entry differs, because it begins with its scope. */
const UNKNOWN = '';

/** A refused text with the reasons. Undefined: the text was removed, and the options without it are refused. */
interface Refusal {
  readonly text: string | undefined;
  readonly reasons: string;
}

export interface FollowerEvents {
  readonly isKnown: (indicator: string) => boolean;
  /** The text of an entry has changed; undefined: it was removed. Returns the reasons for which it is refused. */
  readonly change: (indicator: string, scope: SourceScope, text: string | undefined) => readonly string[];
  /** An entry is refused, for the first time or for other reasons. */
  readonly refused: (indicator: string, scope: SourceScope, reasons: readonly string[]) => void;
  /** `unknown` has changed. The list has the names that were added since the last call. */
  readonly unknown: (indicators: readonly string[]) => void;
  readonly connected: () => void;
  readonly disconnected: (error: HealthCheckError) => void;
  readonly failed: (error: HealthCheckError) => void;
}

/**
 * Follows the entries of one source. An unchanged text has no effect, changes are applied at a limited rate, and entries that
 * cannot be applied yet are kept.
 */
export class SourceFollower implements ConfigurationObserver {
  /** Resolves when the first snapshot was applied. */
  readonly ready: Promise<void>;
  readonly #events: FollowerEvents;
  readonly #texts: Readonly<Record<SourceScope, Map<string, string>>> = { service: new Map(), instance: new Map() };
  readonly #refused = new Map<string, Refusal>();
  readonly #unknown = new Set<string>();
  /** The names that `unknown()` has not received yet. */
  readonly #newUnknown = new Set<string>();
  readonly #throttle = new Throttle(PERIOD, (key) => (key === UNKNOWN ? this.#reportUnknown() : this.#apply(key)));
  #setReady = (): void => undefined;

  constructor(events: FollowerEvents) {
    this.#events = events;
    this.ready = new Promise((resolve) => {
      this.#setReady = resolve;
    });
  }

  /** The names of entries for which no indicator is registered. */
  get unknown(): ReadonlySet<string> {
    return this.#unknown;
  }

  snapshot(entries: Iterable<SourceEntryOptions>): void {
    const present = new Set<string>();
    for (const entry of entries) {
      present.add(keyOf(entry));
      this.#write(entry);
    }
    for (const scope of SCOPES) {
      for (const indicator of this.#texts[scope].keys()) {
        if (!present.has(keyOf({ indicator, scope }))) this.removed({ indicator, scope });
      }
    }
    if (this.#newUnknown.size > 0) this.#throttle.request(UNKNOWN);
    this.#setReady();
  }

  put(entry: SourceEntryOptions): void {
    this.#write(entry);
    if (this.#newUnknown.size > 0) this.#throttle.request(UNKNOWN);
  }

  removed(entry: SourceEntry): void {
    const { indicator, scope = 'service' } = entry;
    if (!this.#texts[scope].delete(indicator)) return;
    const isGone = !SCOPES.some((each) => this.#texts[each].has(indicator));
    if (isGone && this.#unknown.has(indicator)) {
      this.#forgetUnknown(indicator);
      this.#throttle.request(UNKNOWN);
    }
    if (this.#events.isKnown(indicator)) this.#throttle.request(keyOf(entry));
  }

  connected(): void {
    this.#events.connected();
  }

  disconnected(error: HealthCheckError): void {
    this.#events.disconnected(error);
  }

  failed(error: HealthCheckError): void {
    this.#events.failed(error);
  }

  /** An indicator was removed. Its entries wait for an indicator that is registered by the same name. */
  forget(indicator: string): void {
    for (const scope of SCOPES) {
      this.#refused.delete(keyOf({ indicator, scope }));
      if (this.#texts[scope].has(indicator)) this.#unknown.add(indicator);
    }
  }

  /** Applies the entries of indicators that were registered meanwhile, and those whose reason for the refusal may be gone. */
  retry(): void {
    for (const indicator of this.#unknown) {
      if (!this.#events.isKnown(indicator)) continue;
      this.#forgetUnknown(indicator);
      for (const scope of SCOPES)
        if (this.#texts[scope].has(indicator)) this.#throttle.request(keyOf({ indicator, scope }));
    }
    for (const key of this.#refused.keys()) this.#throttle.request(key);
  }

  stop(): void {
    this.#throttle.stop();
  }

  #write(entry: SourceEntryOptions): void {
    const { indicator, scope = 'service', options } = entry;
    if (this.#texts[scope].get(indicator) === options) return;
    this.#texts[scope].set(indicator, options);
    if (this.#events.isKnown(indicator)) {
      this.#throttle.request(keyOf(entry));
    } else if (!this.#unknown.has(indicator)) {
      this.#unknown.add(indicator);
      this.#newUnknown.add(indicator);
    }
  }

  #forgetUnknown(indicator: string): void {
    this.#unknown.delete(indicator);
    this.#newUnknown.delete(indicator);
  }

  #reportUnknown(): void {
    const names = [...this.#newUnknown];
    this.#newUnknown.clear();
    this.#events.unknown(names);
  }

  #apply(key: string): void {
    const { indicator, scope } = entryOf(key);
    if (!this.#events.isKnown(indicator)) return;
    const text = this.#texts[scope].get(indicator);
    const reasons = this.#events.change(indicator, scope, text);
    const before = this.#refused.get(key);
    if (reasons.length === 0) {
      this.#refused.delete(key);
      return;
    }
    const now: Refusal = { text, reasons: reasons.join('; ') };
    this.#refused.set(key, now);
    if (now.text !== before?.text || now.reasons !== before?.reasons) this.#events.refused(indicator, scope, reasons);
  }
}

/** One text for the place of an entry. */
function keyOf({ indicator, scope = 'service' }: SourceEntry): string {
  return `${scope} ${indicator}`;
}

function entryOf(key: string): Required<SourceEntry> {
  const scope = key.startsWith('service ') ? 'service' : 'instance';
  return { indicator: key.slice(scope.length + 1), scope };
}
