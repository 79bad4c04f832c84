import type { Type } from '@nestjs/common';
import {
  type HealthCheckContext,
  type HealthCheckReturn,
  HealthIndicator,
  type HealthIndicatorOptions,
  up,
} from 'nest-vitals';

/** The behaviour of the check. It may return or throw anything, including values that the types forbid. */
export type FakeBehaviour = (context: HealthCheckContext) => unknown;

export interface FakeIndicatorClass extends Type<HealthIndicator> {
  behaviour: FakeBehaviour;
  /** One entry for each run that was started. */
  readonly runs: HealthCheckContext[];
}

/** An indicator for one test. The test can change its result at any time and count its runs. */
export function FakeIndicator(
  name: string,
  behaviour: FakeBehaviour = () => up(),
  options: HealthIndicatorOptions = {},
): FakeIndicatorClass {
  @HealthIndicator(name, options)
  class Fake implements HealthIndicator {
    static behaviour = behaviour;
    static readonly runs: HealthCheckContext[] = [];

    check(context: HealthCheckContext): HealthCheckReturn {
      Fake.runs.push(context);
      return Fake.behaviour(context) as HealthCheckReturn;
    }
  }
  return Fake;
}

/** A behaviour that throws. */
export const throwing =
  (thrown: unknown): FakeBehaviour =>
  () => {
    throw thrown;
  };
