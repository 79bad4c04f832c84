import { boundedText } from '../core/bounded-text.js';
import type { ReportedSource } from '../core/reported-source.js';
import type { ConfigurationSource } from './configuration-source.js';
import { Entries, type Options, mergeLayers } from './entries.js';
import type { SourceFollower } from './source-follower.js';

const NAMES_REPORTED = 10;

/** The state of one source, for the application. */
export interface SourceState {
  readonly source: string;
  /** False: it is unavailable, and its last valid options remain in use. */
  readonly isConnected: boolean;
  /** Start of its current state, connected or unavailable. Undefined: it has neither connected nor failed yet. */
  readonly since: Date | undefined;
  /** Reason why it is unavailable. */
  readonly error: string | undefined;
  /** The options that are in use, by indicator. */
  readonly options: Readonly<Record<string, Options>>;
  /** Why options are refused, by indicator. The last valid options stay in use. */
  readonly refused: Readonly<Record<string, readonly string[]>>;
  /** The names for which no indicator is registered. */
  readonly unknown: readonly string[];
}

/** One source, its entries and its connection. */
export class FollowedSource {
  readonly source: ConfigurationSource;
  readonly follower: SourceFollower;
  readonly entries = new Entries();
  #isConnected = false;
  #since: Date | undefined;
  #error: string | undefined;

  constructor(source: ConfigurationSource, createFollower: (followed: FollowedSource) => SourceFollower) {
    this.source = source;
    this.follower = createFollower(this);
  }

  get name(): string {
    return this.source.name;
  }

  /** Reason why it is unavailable. Undefined: it is connected, or has not failed yet. */
  get error(): string | undefined {
    return this.#error;
  }

  /** The beginning of its unavailability. Undefined: it is connected, or has not failed yet. */
  get unavailableSince(): Date | undefined {
    return this.#isConnected ? undefined : this.#since;
  }

  /** Returns whether it was unavailable. */
  connect(): boolean {
    const wasUnavailable = this.#error !== undefined;
    this.#isConnected = true;
    this.#since = new Date();
    this.#error = undefined;
    return wasUnavailable;
  }

  /** Returns whether this is the first failure since it was connected. */
  disconnect(message: string): boolean {
    const isFirst = this.#error === undefined;
    if (isFirst) this.#since = new Date();
    this.#isConnected = false;
    this.#error = message;
    return isFirst;
  }

  get state(): SourceState {
    const { entries, follower } = this;
    const indicators = [...entries.indicators];
    return {
      source: this.name,
      isConnected: this.#isConnected,
      since: this.#since,
      error: this.#error,
      options: Object.fromEntries(
        indicators.flatMap((indicator) => {
          const options = mergeLayers(entries.layers(indicator));
          return options ? [[indicator, options]] : [];
        }),
      ),
      refused: Object.fromEntries(
        indicators.flatMap((indicator) => {
          const reasons = entries.reasons(indicator);
          return reasons.length > 0 ? [[indicator, reasons]] : [];
        }),
      ),
      unknown: [...follower.unknown],
    };
  }

  /** The state in reports, of bounded size. */
  get reported(): ReportedSource {
    const { unknown } = this.follower;
    const refused = this.entries.refusedCount;
    return Object.freeze({
      name: this.name,
      connected: this.#isConnected,
      ...(this.#since && { since: this.#since.toISOString() }),
      ...(this.#error !== undefined && { error: boundedText(this.#error) }),
      ...(refused > 0 && { refused }),
      ...(unknown.size > 0 && {
        unknown: unknown.size,
        unknown_names: Object.freeze([...unknown].slice(0, NAMES_REPORTED).map((name) => boundedText(name))),
      }),
    });
  }
}
