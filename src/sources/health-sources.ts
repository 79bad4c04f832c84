import type { LoggerService } from '@nestjs/common';
import { sleep } from '../core/async.js';
import { onOneLine } from '../core/bounded-text.js';
import type { SourceOptions } from '../extension/source-options.js';
import type { ConfigurationSource } from './configuration-source.js';
import { SourceFollower } from './source-follower.js';
import type { SourcesSettings } from './sources-options.js';

/** Milliseconds between two attempts to apply the options of indicators that are not registered yet. */
const RETRY_PERIOD = 10_000;

/** The state of one source, for the operator. */
export interface SourceState {
  readonly source: string;
  readonly isConnected: boolean;
  /** Since when it is connected, or away. Undefined: it has not connected yet. */
  readonly since: Date | undefined;
  /** Why it is away. */
  readonly error: string | undefined;
  /** The options that are in use, by indicator. */
  readonly options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Why options are refused, by indicator. The last valid options stay in use. */
  readonly refused: Readonly<Record<string, readonly string[]>>;
  /** The names for which no indicator is registered. */
  readonly unknown: readonly string[];
}

interface Followed {
  readonly follower: SourceFollower;
  readonly accepted: Map<string, Readonly<Record<string, unknown>>>;
  readonly refused: Map<string, readonly string[]>;
  readonly unknown: Set<string>;
  isConnected: boolean;
  since: Date | undefined;
  error: string | undefined;
}

/** Applies the options of all sources. Inject it to read their state. */
export class HealthSources {
  readonly #settings: SourcesSettings;
  readonly #target: SourceOptions;
  readonly #logger: Pick<LoggerService, 'log' | 'warn'>;
  readonly #sources: readonly Followed[];
  #ends: readonly (() => void)[] = [];

  constructor(settings: SourcesSettings, target: SourceOptions, logger: Pick<LoggerService, 'log' | 'warn'>) {
    this.#settings = settings;
    this.#target = target;
    this.#logger = logger;
    this.#sources = settings.sources.map((source) => this.#followed(source));
  }

  /** The state of each source, in the order of the options. */
  get state(): readonly SourceState[] {
    return this.#sources.map(({ follower, accepted, refused, unknown, isConnected, since, error }) => ({
      source: follower.source.name,
      isConnected,
      since,
      error,
      options: Object.fromEntries(accepted),
      refused: Object.fromEntries(refused),
      unknown: [...unknown],
    }));
  }

  /** Resolves when the first options of all sources are applied, at the latest after the boot timeout. Never rejects. */
  async start(): Promise<void> {
    const timer = setInterval(() => {
      for (const { follower } of this.#sources) if (follower.hasWaiting) follower.retry();
    }, RETRY_PERIOD);
    timer.unref();
    const ends = this.#sources.map(({ follower }) => follower.source.watch(follower));
    const stopListening = this.#target.onRemoved((indicator) => this.#forget(indicator));
    this.#ends = [...ends, stopListening, () => clearInterval(timer)];
    const waiting = new Set(this.#sources);
    const arrivals = this.#sources.map(async (source) => {
      await source.follower.ready;
      waiting.delete(source);
    });
    const over = new AbortController();
    await Promise.race([Promise.all(arrivals), sleep(this.#settings.bootTimeout, over.signal)]);
    over.abort();
    for (const { follower, error } of waiting) {
      const why = error === undefined ? '' : `: ${error}`;
      this.#logger.warn(
        onOneLine(
          `Health options of the source ${follower.source.name} have not arrived after ${this.#settings.bootTimeout} ms${why}. ` +
            'The application starts without them, and uses them when they arrive',
        ),
      );
    }
  }

  stop(): void {
    for (const end of this.#ends) end();
    this.#ends = [];
  }

  #forget(indicator: string): void {
    for (const source of this.#sources) {
      source.accepted.delete(indicator);
      source.refused.delete(indicator);
      source.follower.forget(indicator);
    }
  }

  #followed(source: ConfigurationSource): Followed {
    const { name } = source;
    const followed: Followed = {
      follower: new SourceFollower(source, {
        isKnown: (indicator) => this.#target.has(indicator),
        change: (indicator, options) => this.#change(followed, indicator, options),
        refused: (indicator, reasons) => {
          followed.refused.set(indicator, reasons);
          const text = `Health options of ${indicator} from the source ${name} are refused, the last valid ones stay`;
          this.#logger.warn(onOneLine(`${text}: ${reasons.join('; ')}`));
        },
        unknown: (indicator) => {
          followed.unknown.add(indicator);
          const text = `Health options of ${indicator} from the source ${name} have no effect: no such indicator is registered`;
          this.#logger.warn(onOneLine(text));
        },
        connected: () => {
          if (followed.error !== undefined) this.#logger.log(`Health options: the source ${name} is connected again`);
          Object.assign(followed, { isConnected: true, since: new Date(), error: undefined });
        },
        disconnected: ({ message }) => {
          if (followed.error === undefined) {
            this.#logger.warn(
              onOneLine(`Health options: the source ${name} is away, its last options stay: ${message}`),
            );
            Object.assign(followed, { isConnected: false, since: new Date() });
          }
          followed.error = message;
        },
        failed: ({ message }) => this.#logger.warn(onOneLine(`Health options: the source ${name}: ${message}`)),
      }),
      accepted: new Map(),
      refused: new Map(),
      unknown: new Set(),
      isConnected: false,
      since: undefined,
      error: undefined,
    };
    return followed;
  }

  /** Applies the options of all sources for one indicator, with new ones of this source. */
  #change(
    changed: Followed,
    indicator: string,
    options: Readonly<Record<string, unknown>> | undefined,
  ): readonly string[] {
    const { name } = changed.follower.source;
    changed.unknown.delete(indicator);
    const layers = this.#sources.flatMap((source) => {
      const layer = source === changed ? options : source.accepted.get(indicator);
      return layer ? [layer] : [];
    });
    // Not by assignment, which would take a key "__proto__" for the prototype.
    const merged = layers.length === 0 ? undefined : Object.fromEntries(layers.flatMap(Object.entries));
    const faults = this.#target.apply(indicator, merged, `source ${name}, ${indicator}`);
    if (faults.length > 0) return faults.map(({ place, problem, remedy }) => `${place}: ${problem}; ${remedy}`);
    changed.refused.delete(indicator);
    if (options) changed.accepted.set(indicator, options);
    else changed.accepted.delete(indicator);
    const what = options ? Object.entries(options).map(([option, value]) => `${option} ${JSON.stringify(value)}`) : [];
    const text = what.length > 0 ? what.join(', ') : 'removed';
    this.#logger.log(onOneLine(`Health options of ${indicator} from the source ${name}: ${text}`));
    return [];
  }
}
