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
import { INDICATOR_STAND_INS, type IndicatorStandIns } from '../discovery/stand-ins.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { groupMemberUnknown, optionOutOfRange } from '../errors/messages.js';
import { milliseconds, show } from '../options/rules.js';
import { FakeCheck } from './fake-check.js';

/** What `Test.createTestingModule()` returns, as far as it is needed here. */
interface TestingModuleBuilder {
  overrideProvider(token: unknown): { useValue(value: unknown): unknown };
}

/** What is said of a status that a test gives no words for. */
const WORDS = 'set by a test';
const PLACE = 'FakeHealth';
const NEVER_ASKED = 'is not enabled, so it is never asked';
const ENABLE_IT = 'Enable it, or do not set it';
const delayRule = milliseconds(0);

/**
 * Takes the place of an application's indicators in a test, by their names: what they look at is neither asked nor
 * needed. Each is `UP` until it is told otherwise, and keeps its `probes`, `critical`, `tags`, `timeout`,
 * `slowThreshold` and `enabled`. All else of its options has no effect: a fake is asked by each probe (no `ttl`, no
 * `interval`), it is not tried again (no `retries`), its status turns with the first answer (no thresholds), and
 * it has no condition (`when`).
 *
 * What is set holds for the runs that are under way, too, and until something else is set.
 */
export class FakeHealth {
  readonly #only: ReadonlySet<string> | undefined;
  readonly #checks = new Map<string, FakeCheck>();
  /** What has been found: those that are replaced, and whether they are enabled. Empty: no application has started. */
  readonly #replaced = new Map<string, boolean>();
  /** What was set while no application had started, and nobody knew which indicators there would be. */
  readonly #setEarly = new Set<string>();
  #isStarted = false;

  /** `names`: the indicators to replace; the others are real. Default: all. A name that no indicator has stops the boot. */
  constructor(...names: readonly string[]) {
    this.#only = names.length > 0 ? new Set(names) : undefined;
  }

  /** Puts itself in the place of the indicators of the module that is being built. Returns the same builder. */
  override<Builder extends TestingModuleBuilder>(builder: Builder): Builder {
    const standIns: IndicatorStandIns = {
      standInFor: (indicator) => this.#standInFor(indicator),
      check: (names) => this.#faults(names),
    };
    this.#isStarted = false;
    builder.overrideProvider(INDICATOR_STAND_INS).useValue(standIns);
    return builder;
  }

  /** The names of the indicators that it has replaced. None before the application has started. */
  get names(): readonly string[] {
    return [...this.#replaced.keys()];
  }

  setUp(name: string, data?: HealthData): void {
    this.set(name, up(data));
  }

  setDegraded(name: string, message: string = WORDS, data?: HealthData): void {
    this.set(name, degraded(message, data));
  }

  setDown(name: string, message: string = WORDS, data?: HealthData): void {
    this.set(name, down(message, data));
  }

  setOutOfService(name: string, message: string = WORDS, data?: HealthData): void {
    this.set(name, outOfService(message, data));
  }

  setUnknown(name: string, message: string = WORDS, data?: HealthData): void {
    this.set(name, unknown(message, data));
  }

  setSkipped(name: string, message: string = WORDS, data?: HealthData): void {
    this.set(name, skipped(message, data));
  }

  /** Any result, as a check of one's own returns it. */
  set(name: string, result: HealthResult): void {
    this.#check(name).set(() => result);
  }

  /** The check throws this: it is reported as what a thrown error is, `connection refused` for the code `ECONNREFUSED`. */
  throw(name: string, error: unknown): void {
    this.#check(name).set(() => {
      throw error;
    });
  }

  /** The check does not answer: each run is `DOWN` when its `timeout` is over. What is set next ends it before. */
  hang(name: string): void {
    this.#check(name).hang();
  }

  /** The check takes so long, then returns the result. Default: `UP`. Beyond its `timeout` it is `DOWN`. */
  slow(name: string, delay: number, result: HealthResult = up()): void {
    if (!delayRule.accepts(delay)) {
      const { place, problem, remedy } = optionOutOfRange('FakeHealth.slow', show(delay), delayRule.expected);
      throw new RangeError(`${place}: ${problem}; ${remedy}`);
    }
    this.#check(name).set(() => result, delay);
  }

  /** `UP` again, as in the beginning. */
  recover(name: string): void {
    this.setUp(name);
  }

  /** All of them, for the end of each test. */
  recoverAll(): void {
    for (const check of this.#checks.values()) check.set(() => up());
  }

  /** The check of a name that a test sets. */
  #check(name: string): FakeCheck {
    this.#refuseIneffective(name);
    if (!this.#isStarted) this.#setEarly.add(name);
    return this.#checkOf(name);
  }

  #checkOf(name: string): FakeCheck {
    let check = this.#checks.get(name);
    if (!check) this.#checks.set(name, (check = new FakeCheck(() => up())));
    return check;
  }

  /** What would have no effect is a mistake in the test. Before the start nobody knows; it is looked at then. */
  #refuseIneffective(name: string): void {
    if (this.#only && !this.#only.has(name)) {
      throw new Error(
        `FakeHealth does not replace "${name}": it was made for ${[...this.#only].join(', ')} alone. ` +
          `Name it there, or name none to replace all.`,
      );
    }
    if (!this.#isStarted) return;
    const isEnabled = this.#replaced.get(name);
    if (isEnabled === undefined) {
      throw new Error(`There is no indicator named "${name}". FakeHealth replaces ${this.names.join(', ') || 'none'}.`);
    }
    if (!isEnabled) throw new Error(`The indicator "${name}" ${NEVER_ASKED}. ${ENABLE_IT}.`);
  }

  #faults(names: readonly string[]): ConfigurationFault[] {
    this.#isStarted = true;
    const asked = new Set([...(this.#only ?? []), ...this.#setEarly]);
    const strange = [...asked].filter((name) => !names.includes(name));
    const idle = [...this.#setEarly].filter((name) => this.#replaced.get(name) === false);
    this.#setEarly.clear();
    return [
      ...strange.map((name) => groupMemberUnknown(PLACE, name, names)),
      ...idle.map((name) => ({ place: PLACE, problem: `the indicator "${name}" ${NEVER_ASKED}`, remedy: ENABLE_IT })),
    ];
  }

  #standInFor({ name, settings }: CheckDefinition): CheckDefinition | undefined {
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
