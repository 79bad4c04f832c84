import * as fc from 'fast-check';
import type { RuntimeIndicatorOptions } from '../../../../src/options/runtime-options.js';
import { type Behaviour, behaviour, tens } from '../../core/properties/scenario.js';

/** An indicator as the code of the application defines it. It can be removed and registered again. */
export interface IndicatorPlan {
  readonly name: string;
  readonly options: RuntimeIndicatorOptions;
  /** The behaviour of each call. After the last one, the list starts again. */
  readonly behaviours: readonly Behaviour[];
}

export type ChangingStep =
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'ask'; readonly probe: string; readonly times: number }
  | {
      readonly kind: 'override';
      readonly name: string;
      readonly options: RuntimeIndicatorOptions;
      readonly expiresIn: number;
    }
  | { readonly kind: 'clear'; readonly name: string }
  /** Undefined: the source withdraws its options. */
  | { readonly kind: 'source'; readonly name: string; readonly options: RuntimeIndicatorOptions | undefined }
  /** Removes the indicator, or registers it again. */
  | { readonly kind: 'toggle'; readonly name: string }
  | { readonly kind: 'runNow'; readonly name: string }
  /** Ends every call in progress. */
  | { readonly kind: 'release' };

export interface ChangingScenario {
  readonly deadline: number;
  readonly indicators: readonly IndicatorPlan[];
  readonly steps: readonly ChangingStep[];
}

const NAMES = ['a', 'b', 'c'] as const;
const PROBES = ['live', 'ready', 'deep', 'startup'] as const;

/** Some options, because an operator changes only a few of them. Combinations that the rules refuse occur. */
const anyOptions: fc.Arbitrary<RuntimeIndicatorOptions> = fc.record(
  {
    probes: fc.subarray(['live', 'ready', 'startup']),
    enabled: fc.integer({ min: 0, max: 2 }).map((value) => value > 0),
    critical: fc.boolean(),
    timeout: tens(10, 2000),
    ttl: tens(0, 3000),
    interval: fc.oneof(
      { arbitrary: tens(200, 5000), weight: 4 },
      { arbitrary: fc.constant('off' as const), weight: 1 },
    ),
    maxAge: tens(1000, 8000),
    retries: fc.integer({ min: 0, max: 2 }),
    retryDelay: tens(0, 500),
    failureThreshold: fc.integer({ min: 1, max: 3 }),
    successThreshold: fc.integer({ min: 1, max: 3 }),
    slowThreshold: fc.oneof(tens(0, 1000), fc.constant('off' as const)),
  },
  { requiredKeys: [], noNullPrototype: true },
);

interface Shape {
  readonly names: readonly string[];
  readonly options: fc.Arbitrary<RuntimeIndicatorOptions>;
  /** Milliseconds. */
  readonly longestWait: number;
}

const stepOf = ({ names, options, longestWait }: Shape): fc.Arbitrary<ChangingStep> => {
  const name = fc.constantFrom(...names);
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), milliseconds: tens(0, longestWait) }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('ask' as const),
        probe: fc.constantFrom(...PROBES, ...names),
        times: fc.constantFrom(1, 1, 5),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('override' as const),
        name,
        options,
        expiresIn: tens(10, 3 * longestWait),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('clear' as const), name }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('source' as const),
        name,
        options: fc.option(options, { nil: undefined, freq: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('toggle' as const), name }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('runNow' as const), name }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const) }) },
  );
};

const scenarioOf = (shape: Shape): fc.Arbitrary<ChangingScenario> =>
  fc.record({
    deadline: tens(50, 1500),
    indicators: fc.tuple(
      ...shape.names.map((name) =>
        fc.record({
          name: fc.constant(name),
          options: shape.options,
          behaviours: fc.array(behaviour, { minLength: 1, maxLength: 6 }),
        }),
      ),
    ),
    steps: fc.array(stepOf(shape), { minLength: 1, maxLength: 25 }),
  });

/** An application whose indicators are changed, added and removed while it is probed. */
export const changingScenario = scenarioOf({ names: NAMES, options: anyOptions, longestWait: 4000 });

/** Options whose values have an effect within a second. */
const busyOptions: fc.Arbitrary<RuntimeIndicatorOptions> = fc.record(
  {
    enabled: fc.integer({ min: 0, max: 5 }).map((value) => value > 0),
    timeout: tens(10, 600),
    ttl: tens(0, 600),
    maxAge: tens(600, 1500),
    failureThreshold: fc.integer({ min: 1, max: 3 }),
    successThreshold: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: [], noNullPrototype: true },
);

/** One indicator that is changed often, mostly beside its runs. */
export const busyScenario = scenarioOf({ names: ['a'], options: busyOptions, longestWait: 700 });

const scheduleOptions: fc.Arbitrary<RuntimeIndicatorOptions> = fc.record(
  {
    interval: fc.oneof(
      { arbitrary: tens(200, 1500), weight: 5 },
      { arbitrary: fc.constant('off' as const), weight: 1 },
    ),
    enabled: fc.integer({ min: 0, max: 4 }).map((value) => value > 0),
    maxAge: tens(800, 1600),
    timeout: tens(500, 2000),
  },
  { requiredKeys: ['interval'], noNullPrototype: true },
);

/** One background indicator whose interval changes often. */
export const scheduleScenario = scenarioOf({ names: ['a'], options: scheduleOptions, longestWait: 700 });

interface Stuck {
  readonly options: fc.Arbitrary<RuntimeIndicatorOptions>;
  readonly changes: fc.Arbitrary<RuntimeIndicatorOptions>;
  readonly heedsAbort: fc.Arbitrary<boolean>;
  readonly waits: fc.Arbitrary<number>;
}

/** One indicator that passes once and then hangs. It is changed, and probed often enough that no moment is missed. */
const stuckScenarioOf = ({ options, changes, heedsAbort, waits }: Stuck): fc.Arbitrary<ChangingScenario> => {
  const change: fc.Arbitrary<ChangingStep> = fc.record({
    kind: fc.constant('override' as const),
    name: fc.constant('a'),
    options: changes,
    expiresIn: tens(10, 3000),
  });
  const moments = fc.array(fc.record({ change: fc.option(change, { freq: 2 }), milliseconds: waits }), {
    minLength: 8,
    maxLength: 16,
  });
  return fc
    .record({ deadline: tens(50, 1500), options, heedsAbort, moments })
    .map(({ deadline, options: given, heedsAbort: heeds, moments: all }) => ({
      deadline,
      indicators: [{ name: 'a', options: given, behaviours: passingOnce(heeds) }],
      steps: all.flatMap(({ change: made, milliseconds }): ChangingStep[] => [
        ...(made ? [made] : []),
        { kind: 'ask', probe: 'deep', times: 1 },
        { kind: 'wait', milliseconds },
      ]),
    }));
};

function passingOnce(heedsAbort: boolean): Behaviour[] {
  const hanging: Behaviour = { ending: 'up', delay: 'hanging', heedsAbort, applies: true };
  return [{ ...hanging, delay: 'sync' }, ...Array.from({ length: 30 }, () => hanging)];
}

/** A background indicator whose last result becomes too old while its run hangs. */
export const agingScenario = stuckScenarioOf({
  options: fc.record({ interval: tens(200, 600), maxAge: tens(700, 1500), timeout: tens(2000, 5000) }),
  changes: fc.record({ maxAge: tens(700, 3000) }),
  heedsAbort: fc.boolean(),
  waits: tens(0, 700),
});

/** An indicator with the maximum number of runs that ignore their signal. */
export const strayScenario = stuckScenarioOf({
  options: fc.record(
    { interval: fc.oneof(tens(200, 600), fc.constant('off' as const)), ttl: tens(0, 500), timeout: tens(10, 500) },
    { requiredKeys: ['timeout'] },
  ),
  changes: fc.record({ timeout: tens(10, 500) }),
  heedsAbort: fc.constant(false),
  waits: tens(1000, 20_000),
});

/** The same with checks that end when their signal is aborted, so that no pause delays a run. */
export function heeding(scenario: fc.Arbitrary<ChangingScenario>): fc.Arbitrary<ChangingScenario> {
  return scenario.map((any) => ({
    ...any,
    indicators: any.indicators.map((plan) => ({
      ...plan,
      behaviours: plan.behaviours.map((each) => ({ ...each, heedsAbort: true })),
    })),
  }));
}
