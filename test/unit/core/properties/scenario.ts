import * as fc from 'fast-check';

/** The result of one call of a check, and its time. */
export interface Behaviour {
  readonly ending: Ending;
  /**
   * Milliseconds. 0 settles in a microtask, `sync` before the check returns, and `hanging` only when it is released.
   */
  readonly delay: number | 'sync' | 'hanging';
  /** Whether the call ends when its signal is aborted, as a correct check does. */
  readonly heedsAbort: boolean;
  /** The result of the condition, if the check has one. */
  readonly applies: boolean;
}

export const ENDINGS = [
  'up',
  'nothing',
  'degraded',
  'down',
  'unknown',
  'outOfService',
  'skipped',
  'malformed',
  'throws',
] as const;
export type Ending = (typeof ENDINGS)[number];

export interface CheckPlan {
  readonly name: string;
  readonly settings: {
    readonly probes: readonly string[];
    readonly tags: readonly string[];
    readonly enabled: boolean;
    readonly critical: boolean;
    readonly timeout: number;
    readonly ttl: number;
    readonly interval: number | undefined;
    readonly initialDelay: number;
    readonly maxAge: number;
    readonly retries: number;
    readonly retryDelay: number;
    readonly failureThreshold: number;
    readonly successThreshold: number;
    readonly slowThreshold: number | undefined;
  };
  readonly hasCondition: boolean;
  /** The behaviour of each call. After the last one, the list starts again. */
  readonly behaviours: readonly Behaviour[];
}

export type Step =
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'ask'; readonly probe: string; readonly times: number; readonly timeLimit: number | undefined }
  /** Ends all hanging and late calls. */
  | { readonly kind: 'release' };

/** A part around the engine that makes a mistake, or none. */
export const BYSTANDERS = [
  'none',
  'a listener that throws',
  'a wrapper that throws',
  'a wrapper that never calls',
] as const;

export interface Scenario {
  readonly deadline: number;
  readonly deadlines: Readonly<Record<string, number>>;
  readonly maxConcurrency: number;
  readonly bystander: (typeof BYSTANDERS)[number];
  readonly checks: readonly CheckPlan[];
  readonly steps: readonly Step[];
}

/** A group by tag. The other probes are the standard probes, and each check by its name. */
export const GROUP = 'billing';
const NAMES = ['a', 'b', 'c', 'd'] as const;
const PROBES = ['live', 'ready', 'startup', 'deep', GROUP] as const;

/**
 * Multiples of ten for deadlines and timeouts. The delays of checks are never such multiples, because the order of two
 * timers that are due together is undefined.
 */
export const tens = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min / 10, max: max / 10 }).map((value) => value * 10);
const notTens = (min: number, max: number): fc.Arbitrary<number> => tens(min, max).map((value) => value + 5);

export const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  ending: fc.constantFrom(...ENDINGS),
  delay: fc.oneof(
    { arbitrary: fc.constantFrom<Behaviour['delay'][]>(0, 'sync', 'hanging'), weight: 3 },
    { arbitrary: notTens(0, 3000), weight: 2 },
  ),
  heedsAbort: fc.boolean(),
  applies: fc.integer({ min: 0, max: 4 }).map((value) => value > 0),
});

const settings: fc.Arbitrary<CheckPlan['settings']> = fc
  .record({
    probes: fc.subarray(['live', 'ready', 'startup']),
    tags: fc.subarray([GROUP]),
    enabled: fc.integer({ min: 0, max: 9 }).map((value) => value > 0),
    critical: fc.boolean(),
    timeout: tens(10, 2000),
    ttl: tens(0, 3000),
    interval: fc.option(tens(200, 5000), { nil: undefined, freq: 2 }),
    initialDelay: fc.oneof(fc.constant(0), tens(0, 3000)),
    older: tens(0, 8000),
    retries: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3 })),
    retryDelay: tens(0, 500),
    failureThreshold: fc.integer({ min: 1, max: 4 }),
    successThreshold: fc.integer({ min: 1, max: 4 }),
    slowThreshold: fc.option(tens(0, 2000), { nil: undefined, freq: 1 }),
  })
  // The boot refuses an age below the ttl.
  .map(({ older, ...rest }) => ({ ...rest, maxAge: rest.ttl + older }));

const step = (names: readonly string[]): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        milliseconds: fc.oneof(
          { arbitrary: tens(0, 3000), weight: 6 },
          { arbitrary: fc.constantFrom(1, 999, 4000, 16_000, 30_000), weight: 1 },
        ),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('ask' as const),
        probe: fc.constantFrom(...PROBES, ...names),
        times: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 20 })),
        timeLimit: fc.option(tens(10, 1500), { nil: undefined, freq: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'release' as const }) },
  );

/** Any application with up to four checks, and the steps of its test. */
export const scenario: fc.Arbitrary<Scenario> = fc.integer({ min: 1, max: NAMES.length }).chain((count) => {
  const names = NAMES.slice(0, count);
  return fc.record({
    deadline: tens(50, 1500),
    deadlines: fc.dictionary(fc.constantFrom('live', 'ready', 'deep', GROUP), tens(50, 1500), {
      noNullPrototype: true,
    }),
    maxConcurrency: fc.oneof(fc.constant(Infinity), fc.integer({ min: 1, max: 3 })),
    bystander: fc.constantFrom(...BYSTANDERS),
    checks: fc.tuple(
      ...names.map((name) =>
        fc.record({
          name: fc.constant(name),
          settings,
          hasCondition: fc.integer({ min: 0, max: 3 }).map((value) => value === 0),
          behaviours: fc.array(behaviour, { minLength: 1, maxLength: 8 }),
        }),
      ),
    ),
    steps: fc.array(step(names), { minLength: 1, maxLength: 25 }),
  });
});

/**
 * The same with checks that pass once, then hang and ignore their signal. Probes are frequent, so that no moment is
 * missed.
 */
export const stuckScenario: fc.Arbitrary<Scenario> = fc
  .tuple(scenario, fc.array(tens(0, 700), { minLength: 5, maxLength: 30 }))
  .map(([any, waits]) => ({
    ...any,
    checks: any.checks.map((plan) => ({
      ...plan,
      hasCondition: false,
      behaviours: [
        { ending: 'up', delay: 'sync', heedsAbort: false, applies: true },
        ...Array.from({ length: 9 }, () => ({
          ending: 'up' as const,
          delay: 'hanging' as const,
          heedsAbort: false,
          applies: true,
        })),
      ],
    })),
    steps: waits.flatMap((milliseconds): Step[] => [
      { kind: 'ask', probe: 'deep', times: 1, timeLimit: undefined },
      { kind: 'wait', milliseconds },
    ]),
  }));
