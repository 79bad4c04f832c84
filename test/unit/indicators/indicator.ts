import type { Type } from '@nestjs/common';
import type { HealthIndicator, HealthResult } from 'nest-vitals';
import { getIndicatorMetadata } from '../../../src/discovery/indicator-metadata.js';

/** A signal that is never aborted. */
export const calm = (): AbortSignal => new AbortController().signal;

/** One run, started like the engine starts it. */
export async function run(indicator: HealthIndicator, signal: AbortSignal = calm()): Promise<HealthResult> {
  const result = await indicator.check({ name: 'tested', signal, timeout: 500, attach: () => undefined });
  if (!result) throw new Error('the check returned nothing');
  return result;
}

/** The faults that stop the boot, each on its own line. */
export function faultsOf(indicator: Type): string[] {
  const { faults = [] } = getIndicatorMetadata(indicator) ?? {};
  return faults.map(({ place, problem, remedy }) => `${place}: ${problem}; ${remedy}`);
}
