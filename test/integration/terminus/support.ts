import type { ModuleMetadata, Type } from '@nestjs/common';
import { type HealthCheckDetail, type HealthIndicator, HealthModule } from 'nest-vitals';
import { reportIn } from '../../support/responses.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';

/** An application with one indicator named `thing`, and its providers. */
export const startWith = (indicator: Type<HealthIndicator>, rest: ModuleMetadata = {}): Promise<TestApplication> =>
  startApplication('express', {
    imports: [HealthModule.forRoot({ defaults: { ttl: 0 } }), ...(rest.imports ?? [])],
    providers: [indicator, ...(rest.providers ?? [])],
  });

/** The detail of the indicator in the full report. */
export async function detailIn(application: TestApplication): Promise<HealthCheckDetail | undefined> {
  return reportIn(await application.get('/health/deep')).details['thing'];
}

/** The detail of this indicator in the full report of an application that has only this one. */
export const detailOf = async (
  indicator: Type<HealthIndicator>,
  rest?: ModuleMetadata,
): Promise<HealthCheckDetail | undefined> => detailIn(await startWith(indicator, rest));
