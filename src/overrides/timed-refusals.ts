import type { LoggerService } from '@nestjs/common';
import { boundedText, onOneLine } from '../core/bounded-text.js';
import type { HealthRefusal, OverrideTerms } from '../extension/health-override.js';
import { guardedLogger } from '../logging/guarded-logger.js';
import { Faults } from '../options/faults.js';
import { checkTerms } from './override-terms.js';

/** Refuses traffic, and returns the function that withdraws the refusal. It returns whether the refusal was still active. */
type Refuse = (reason: string, terms: Pick<HealthRefusal, 'by' | 'since' | 'until'>) => () => boolean;

/** Refusals of traffic that end at a given time. The beginning and the end of each are logged. */
export class TimedRefusals {
  readonly #refuse: Refuse;
  readonly #logger: Pick<LoggerService, 'log' | 'warn'>;
  readonly #timers = new Set<NodeJS.Timeout>();
  /** The key is the `Date` object of the beginning, which is unique for each refusal. */
  readonly #ends = new Map<Date, (by?: string) => boolean>();
  #isOver = false;

  constructor(refuse: Refuse, logger: Pick<LoggerService, 'log' | 'warn'>) {
    this.#refuse = refuse;
    this.#logger = guardedLogger(logger);
  }

  /** Throws one `HealthConfigurationError` with every fault; nothing has changed then. */
  begin(terms: OverrideTerms): (by?: string) => void {
    const faults = new Faults();
    const { reason, by, expiresIn } = checkTerms(terms, faults);
    faults.throwIfAny('The refusal of traffic', 'so nothing has changed');
    const since = new Date();
    const until = new Date(since.getTime() + expiresIn);
    const author = by ?? 'the application';
    this.#log('warn', `Traffic is refused by ${author} until ${until.toISOString()}; reason: ${reason}`);
    const withdraw = this.#refuse(reason, { by, since, until });
    let timer: NodeJS.Timeout | undefined;
    const end = (how: string): boolean => {
      clearTimeout(timer);
      if (timer) this.#timers.delete(timer);
      this.#ends.delete(since);
      const wasActive = withdraw();
      if (wasActive) this.#log('log', `The refusal of traffic by ${author} has ended: ${how}`);
      return wasActive;
    };
    const endBy = (who?: string): boolean =>
      end(`withdrawn by ${who === undefined ? 'the application' : boundedText(who)}`);
    this.#ends.set(since, endBy);
    if (!this.#isOver) {
      timer = setTimeout(() => end('its time has passed'), expiresIn).unref();
      this.#timers.add(timer);
    }
    return endBy;
  }

  /** Returns whether the refusal was still active. */
  end({ since }: HealthRefusal, by?: string): boolean {
    return this.#ends.get(since)?.(by) ?? false;
  }

  /** Clears all timers when the application stops. None begins after that. */
  stop(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #log(level: 'log' | 'warn', text: string): void {
    this.#logger[level](onOneLine(text));
  }
}
