import type { CheckDefinition } from '../core/check.js';
import {
  type HealthData,
  type HealthResult,
  degraded,
  down,
  outOfService,
  skipped,
  unknown,
  up,
} from '../core/result.js';
import { INDICATOR_REPLACEMENTS, type IndicatorReplacements } from '../discovery/indicator-replacements.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { groupMemberUnknown, optionOutOfRange } from '../errors/messages.js';
import { milliseconds, show } from '../options/rules.js';
import { FakeCheck } from './fake-check.js';

/** The part of Nest's `TestingModuleBuilder` that `FakeHealth` needs. */
interface TestingModuleBuilder {
  overrideProvider(token: unknown): { useValue(value: unknown): unknown };
}

/** The message of a status that a test sets without a message. */
const DEFAULT_MESSAGE = 'set by a test';
const PLACE = 'FakeHealth';
const NEVER_RUNS = 'is not enabled, so its check never runs';
const ENABLE_IT = 'Enable it, or do not set it';
const delayRule = milliseconds(0);

/**
 * Replaces the indicators of an application in a test, by their names. Their dependencies are not needed and not called.
 * Each fake is `UP` until the test sets something else. It keeps the options of its indicator, except those
 * of its runs: a fake runs for each probe (no `ttl`, no `interval`), makes one attempt (no `retries`), changes its status with
 * the first result (no thresholds), and always runs (no `when`).
 *
 * A setting also applies to runs in progress. It holds until the next setting.
 */
export class FakeHealth {
  readonly #only: ReadonlySet<string> | undefined;
  readonly #checks = new Map<string, FakeCheck>();
  /** The replaced indicators by name, and whether each is enabled. Empty before an application has started. */
  readonly #replaced = new Map<string, boolean>();
  /** Names that were set before the start, when no indicator was registered yet. They are checked at the start. */
  readonly #setEarly = new Set<string>();
  #isStarted = false;

  /** `names`: the indicators to replace; the others stay real. Default: all. A name without an indicator stops the boot. */
  constructor(...names: readonly string[]) {
    this.#only = names.length > 0 ? new Set(names) : undefined;
  }

  /** Replaces the indicators of the module that is being built. Call it before `compile()`. Returns the same builder. */
  override<Builder extends TestingModuleBuilder>(builder: Builder): Builder {
    const replacements: IndicatorReplacements = {
      replacementOf: (indicator) => this.#replacementOf(indicator),
      check: (names) => this.#faults(names),
    };
    this.#isStarted = false;
    builder.overrideProvider(INDICATOR_REPLACEMENTS).useValue(replacements);
    return builder;
  }

  /** The names of the replaced indicators. Empty before the application has started. */
  get names(): readonly string[] {
    return [...this.#replaced.keys()];
  }

  setUp(name: string, data?: HealthData): void {
    this.set(name, up(data));
  }

  setDegraded(name: string, message: string = DEFAULT_MESSAGE, data?: HealthData): void {
    this.set(name, degraded(message, data));
  }

  setDown(name: string, message: string = DEFAULT_MESSAGE, data?: HealthData): void {
    this.set(name, down(message, data));
  }

  setOutOfService(name: string, message: string = DEFAULT_MESSAGE, data?: HealthData): void {
    this.set(name, outOfService(message, data));
  }

  setUnknown(name: string, message: string = DEFAULT_MESSAGE, data?: HealthData): void {
    this.set(name, unknown(message, data));
  }

  setSkipped(name: string, message: string = DEFAULT_MESSAGE, data?: HealthData): void {
    this.set(name, skipped(message, data));
  }

  /** The check returns this result. */
  set(name: string, result: HealthResult): void {
    this.#check(name).set(() => result);
  }

  /** The check throws this. It is reported like any thrown error: `connection refused` for the code `ECONNREFUSED`. */
  throw(name: string, error: unknown): void {
    this.#check(name).set(() => {
      throw error;
    });
  }

  /** The check does not return: each run is `DOWN` after its `timeout`. The next setting ends the runs in progress. */
  hang(name: string): void {
    this.#check(name).hang();
  }

  /** The check returns the result after `delay` milliseconds. Default: `UP`. With a delay beyond its `timeout` it is `DOWN`. */
  slow(name: string, delay: number, result: HealthResult = up()): void {
    if (!delayRule.accepts(delay)) {
      const { place, problem, remedy } = optionOutOfRange('FakeHealth.slow', show(delay), delayRule.expected);
      throw new RangeError(`${place}: ${problem}; ${remedy}`);
    }
    this.#check(name).set(() => result, delay);
  }

  /** The check is `UP` again, as at the beginning. */
  recover(name: string): void {
    this.setUp(name);
  }

  /** Every check is `UP` again. Call it after each test. */
  recoverAll(): void {
    for (const check of this.#checks.values()) check.set(() => up());
  }

  #check(name: string): FakeCheck {
    this.#refuseWithoutEffect(name);
    if (!this.#isStarted) this.#setEarly.add(name);
    return this.#checkOf(name);
  }

  #checkOf(name: string): FakeCheck {
    let check = this.#checks.get(name);
    if (!check) this.#checks.set(name, (check = new FakeCheck(() => up())));
    return check;
  }

  /** A setting without effect is a mistake in the test. Names that are set before the start are checked at the start. */
  #refuseWithoutEffect(name: string): void {
    if (this.#only && !this.#only.has(name)) {
      throw new Error(
        `FakeHealth does not replace "${name}": its constructor names only ${[...this.#only].join(', ')}. ` +
          `Add "${name}" there, or give no names to replace all indicators.`,
      );
    }
    if (!this.#isStarted) return;
    const isEnabled = this.#replaced.get(name);
    if (isEnabled === undefined) {
      throw new Error(
        `There is no indicator named "${name}". FakeHealth replaces: ${this.names.join(', ') || 'none'}.`,
      );
    }
    if (!isEnabled) throw new Error(`The indicator "${name}" ${NEVER_RUNS}. ${ENABLE_IT}.`);
  }

  #faults(names: readonly string[]): ConfigurationFault[] {
    this.#isStarted = true;
    const used = new Set([...(this.#only ?? []), ...this.#setEarly]);
    const unknownNames = [...used].filter((name) => !names.includes(name));
    const disabled = [...this.#setEarly].filter((name) => this.#replaced.get(name) === false);
    this.#setEarly.clear();
    return [
      ...unknownNames.map((name) => groupMemberUnknown(PLACE, name, names)),
      ...disabled.map((name) => ({
        place: PLACE,
        problem: `the indicator "${name}" ${NEVER_RUNS}`,
        remedy: ENABLE_IT,
      })),
    ];
  }

  #replacementOf({ name, settings }: CheckDefinition): CheckDefinition | undefined {
    if (this.#only && !this.#only.has(name)) return undefined;
    this.#replaced.set(name, settings.enabled);
    return {
      name,
      settings: {
        ...settings,
        ttl: 0,
        interval: undefined,
        initialDelay: 0,
        retries: 0,
        failureThreshold: 1,
        successThreshold: 1,
        when: undefined,
      },
      check: (context) => this.#checkOf(name).run(context),
    };
  }
}
