import type { Type } from '@nestjs/common';
import {
  type HealthCheckContext,
  type HealthCheckReturn,
  HealthIndicator,
  type HealthIndicatorOptions,
  up,
} from 'nest-vitals';

/** What the check does: it may return or throw anything, also what the types forbid. */
export type FakeAnswer = (context: HealthCheckContext) => unknown;

export interface FakeIndicatorClass extends Type<HealthIndicator> {
  answer: FakeAnswer;
  /** One entry for each run that was started. */
  readonly runs: HealthCheckContext[];
}

/** An indicator for one test: what it answers can be changed at any time, and its runs are counted. */
export function FakeIndicator(
  name: string,
  answer: FakeAnswer = () => up(),
  options: HealthIndicatorOptions = {},
): FakeIndicatorClass {
  @HealthIndicator(name, options)
  class Fake implements HealthIndicator {
    static answer = answer;
    static readonly runs: HealthCheckContext[] = [];

    check(context: HealthCheckContext): HealthCheckReturn {
      Fake.runs.push(context);
      return Fake.answer(context) as HealthCheckReturn;
    }
  }
  return Fake;
}

/** An answer that throws. */
export const throwing =
  (thrown: unknown): FakeAnswer =>
  () => {
    throw thrown;
  };
