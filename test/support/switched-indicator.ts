import type { Provider } from '@nestjs/common';
import { HealthIndicator, type HealthResult, up } from 'nest-vitals';

/** The indicator of a dependency. The test sets its result. */
export interface SwitchedIndicator {
  readonly provider: Provider;
  result: HealthResult;
}

export function switchedIndicator(name: string): SwitchedIndicator {
  @HealthIndicator(name)
  class Switched implements HealthIndicator {
    check(): HealthResult {
      return switched.result;
    }
  }
  const switched: SwitchedIndicator = { provider: Switched, result: up() };
  return switched;
}
