import type { LoggerService } from '@nestjs/common';
import { boundedText, onOneLine } from '../core/bounded-text.js';
import { jsonRecordIn } from '../core/json-record.js';
import { formatRaw } from '../core/raw-error.js';
import type { ReportedSourceOptions } from '../core/reported-source.js';
import type { ConfigurationFault } from '../errors/fault.js';
import type { SourceOptions } from '../extension/source-options.js';
import { guardedLogger } from '../logging/guarded-logger.js';
import { optionText } from '../options/option-text.js';
import type { SourceApplication, SourceScope } from './configuration-source.js';
import { mergeLayers } from './entries.js';
import { FollowedSource, type SourceState } from './followed-source.js';
import { SourceFollower } from './source-follower.js';
import type { SourcesSettings } from './sources-options.js';

/** Milliseconds between two attempts to apply entries that could not be applied. */
const RETRY_PERIOD = 10_000;
const NAMES_LOGGED = 5;
const REASONS_KEPT = 5;

type SourcesLogger = Pick<LoggerService, 'log' | 'warn'>;

/** Applies the options of all sources. Inject it to read their state. */
export class HealthSources {
  readonly #bootTimeout: number;
  readonly #application: SourceApplication;
  readonly #target: SourceOptions;
  readonly #logger: SourcesLogger;
  readonly #sources: readonly FollowedSource[];
  #ends: (() => void)[] = [];

  constructor(settings: SourcesSettings & SourceApplication, target: SourceOptions, logger: SourcesLogger) {
    this.#bootTimeout = settings.bootTimeout;
    this.#application = { service: settings.service, instance: settings.instance };
    this.#target = target;
    this.#logger = guardedLogger(logger);
    this.#sources = settings.sources.map((source) => new FollowedSource(source, (its) => this.#createFollower(its)));
  }

  /** The state of each source, in the order of the options. */
  get state(): readonly SourceState[] {
    return this.#sources.map(({ state }) => state);
  }

  /**
   * Resolves when the first options of all sources are applied, at the latest after the boot timeout. Rejects with a
   * `HealthConfigurationError` if a source cannot be used by this application.
   */
  async start(): Promise<void> {
    try {
      for (const { source, follower } of this.#sources) this.#ends.push(source.watch(follower, this.#application));
    } catch (error) {
      this.stop();
      throw error;
    }
    const timer = setInterval(() => {
      for (const { follower } of this.#sources) follower.retry();
    }, RETRY_PERIOD).unref();
    this.#ends.push(
      this.#target.onRemoved((indicator) => this.#forget(indicator)),
      () => clearInterval(timer),
    );
    this.#report([]);

    const waiting = new Set(this.#sources);
    const arrivals = this.#sources.map(async (source) => {
      await source.follower.ready;
      waiting.delete(source);
    });
    await this.#arrived(Promise.all(arrivals));
    for (const { name, error } of waiting) {
      const why = error === undefined ? '' : `: ${error}`;
      this.#warn(
        `Health options of the source ${name} have not arrived after ${this.#bootTimeout} ms${why}. ` +
          'The application starts without them, and uses them when they arrive',
      );
    }
  }

  /**
   * Waits for the first options. The timer keeps the process alive: while a store is unavailable and the application does not
   * listen yet, nothing else may do so, and Node would exit.
   */
  async #arrived(arrivals: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#bootTimeout);
    });
    await Promise.race([arrivals, limit]);
    clearTimeout(timer);
  }

  stop(): void {
    for (const end of this.#ends) {
      try {
        end();
      } catch (fault) {
        this.#warn(`A source of health options could not be stopped: ${formatRaw(fault)}`);
      }
    }
    this.#ends = [];
    for (const { follower } of this.#sources) follower.stop();
  }

  #createFollower(source: FollowedSource): SourceFollower {
    const { name } = source;
    return new SourceFollower({
      isKnown: (indicator) => this.#target.has(indicator),
      change: (indicator, scope, text) => this.#change(source, indicator, scope, text),
      refused: (indicator, scope, reasons) => {
        source.entries.refuse(indicator, scope, reasons);
        this.#warn(
          `${this.#entryIn(source, indicator, scope)} are refused, the last valid ones stay: ${reasons.join('; ')}`,
        );
        this.#report([indicator]);
      },
      unknown: (indicators) => {
        this.#report([]);
        if (indicators.length === 0) return;
        const names = indicators.slice(0, NAMES_LOGGED).join(', ');
        const more = indicators.length > NAMES_LOGGED ? ` and ${indicators.length - NAMES_LOGGED} more` : '';
        this.#warn(
          `Health options of ${names}${more} from the source ${name} have no effect: no such indicator is registered`,
        );
      },
      connected: () => {
        if (source.connect()) this.#log(`Health options: the source ${name} is connected again`);
        this.#report(source.entries.indicators);
      },
      disconnected: ({ message }) => {
        if (source.disconnect(message)) {
          this.#warn(
            `Health options: the source ${name} is unavailable; its last valid options remain in use: ${message}`,
          );
        }
        this.#report(source.entries.indicators);
      },
      failed: ({ message }) => this.#warn(`Health options: the source ${name}: ${message}`),
    });
  }

  /** Applies the options of all sources for one indicator after a change of one entry. Returns the reasons for a refusal. */
  #change(changed: FollowedSource, indicator: string, scope: SourceScope, text: string | undefined): readonly string[] {
    const place = `source ${changed.name}, ${indicator}${scope === 'instance' ? ' for this instance' : ''}`;
    const options = text === undefined ? undefined : jsonRecordIn(text);
    if (text !== undefined && !options) return [`${place}: it is not a JSON object; use one, such as {"timeout": 500}`];
    const layers = this.#sources.flatMap((source) =>
      source.entries.layers(indicator, source === changed ? { scope, options } : undefined),
    );
    const faults = this.#target.apply(indicator, mergeLayers(layers), options, place);
    if (faults.length > 0) return reasonsOf(faults);
    changed.entries.accept(indicator, scope, options);
    const what = optionText(options ?? {}) || 'removed';
    this.#log(`${this.#entryIn(changed, indicator, scope)}: ${what}`);
    this.#report([indicator]);
    return [];
  }

  #forget(indicator: string): void {
    for (const { entries, follower } of this.#sources) {
      entries.forget(indicator);
      follower.forget(indicator);
    }
    this.#report([]);
  }

  #entryIn({ name }: FollowedSource, indicator: string, scope: SourceScope): string {
    const instance = scope === 'instance' ? ` for the instance ${this.#application.instance}` : '';
    return `Health options of ${indicator}${instance} from the source ${name}`;
  }

  /** Shows the state of the sources, and their options for these indicators, in reports. */
  #report(indicators: Iterable<string>): void {
    const sources = this.#sources.map(({ reported }) => reported);
    this.#target.show(
      sources,
      Array.from(indicators, (name) => [name, this.#reported(name)] as const),
    );
  }

  #reported(indicator: string): ReportedSourceOptions | undefined {
    const sources = this.#sources.filter(({ entries }) => entries.has(indicator));
    if (sources.length === 0) return undefined;
    const options = mergeLayers(sources.flatMap(({ entries }) => entries.layers(indicator)));
    const reasons = sources.flatMap(({ entries }) => entries.reasons(indicator));
    const [unavailableSince] = sources.flatMap(({ unavailableSince: since }) => since?.toISOString() ?? []).toSorted();
    return Object.freeze({
      ...(options && { options }),
      ...(reasons.length > 0 && { refused: reasons }),
      ...(unavailableSince !== undefined && { unavailable_since: unavailableSince }),
    });
  }

  #log(text: string): void {
    this.#logger.log(onOneLine(boundedText(text)));
  }

  #warn(text: string): void {
    this.#logger.warn(onOneLine(boundedText(text)));
  }
}

/** The number of reasons is limited, because an entry can have any number of faults. */
function reasonsOf(faults: readonly ConfigurationFault[]): readonly string[] {
  const reasons = faults
    .slice(0, REASONS_KEPT)
    .map(({ place, problem, remedy }) => boundedText(`${place}: ${problem}; ${remedy}`));
  const more = faults.length - reasons.length;
  return more > 0 ? [...reasons, `and ${more} more faults`] : reasons;
}
