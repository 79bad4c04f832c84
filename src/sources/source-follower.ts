import { isRecord } from '../core/is-record.js';
import type { HealthCheckError } from '../errors/health-check.error.js';
import type { ConfigurationObserver, ConfigurationSource } from './configuration-source.js';

export interface FollowerEvents {
  /** Returns the reasons for which the options are refused. Undefined: the source has no options of the indicator any more. */
  readonly change: (indicator: string, options: Readonly<Record<string, unknown>> | undefined) => readonly string[];
  readonly isKnown: (indicator: string) => boolean;
  readonly refused: (indicator: string, reasons: readonly string[]) => void;
  readonly unknown: (indicator: string) => void;
  readonly connected: () => void;
  readonly disconnected: (error: HealthCheckError) => void;
  readonly failed: (error: HealthCheckError) => void;
}

/** Follows one source: each text is read once, and texts of indicators that are registered later are kept. */
export class SourceFollower implements ConfigurationObserver {
  readonly source: ConfigurationSource;
  /** Resolves when the first snapshot was applied. */
  readonly ready: Promise<void>;
  readonly #events: FollowerEvents;
  readonly #texts = new Map<string, string>();
  readonly #waiting = new Set<string>();
  #setReady = (): void => undefined;

  constructor(source: ConfigurationSource, events: FollowerEvents) {
    this.source = source;
    this.#events = events;
    this.ready = new Promise((resolve) => {
      this.#setReady = resolve;
    });
  }

  get hasWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  snapshot(options: ReadonlyMap<string, string>): void {
    for (const indicator of this.#texts.keys()) if (!options.has(indicator)) this.removed(indicator);
    for (const [indicator, text] of options) this.put(indicator, text);
    this.#setReady();
  }

  put(indicator: string, text: string): void {
    // The same text again needs neither a change nor a second line in the log.
    if (this.#texts.get(indicator) === text) return;
    this.#texts.set(indicator, text);
    this.#apply(indicator, text);
  }

  removed(indicator: string): void {
    this.#waiting.delete(indicator);
    if (this.#texts.delete(indicator) && this.#events.isKnown(indicator)) this.#events.change(indicator, undefined);
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

  /** An indicator was removed. Its options wait for an indicator that is registered by the same name. */
  forget(indicator: string): void {
    if (this.#texts.has(indicator)) this.#waiting.add(indicator);
  }

  /** Applies the options of indicators that were registered meanwhile. */
  retry(): void {
    for (const indicator of this.#waiting) {
      const text = this.#texts.get(indicator);
      if (text !== undefined && this.#events.isKnown(indicator)) this.#apply(indicator, text);
    }
  }

  #apply(indicator: string, text: string): void {
    if (!this.#events.isKnown(indicator)) {
      if (!this.#waiting.has(indicator)) this.#events.unknown(indicator);
      this.#waiting.add(indicator);
      return;
    }
    this.#waiting.delete(indicator);
    const options = parsed(text);
    const reasons = options ? this.#events.change(indicator, options) : ['use a JSON object, such as {"timeout": 500}'];
    if (reasons.length > 0) this.#events.refused(indicator, reasons);
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
