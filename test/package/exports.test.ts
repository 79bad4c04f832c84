import * as vitals from 'nest-vitals';
import { expect, it } from 'vitest';

it('the package exports exactly the expected names', () => {
  expect(Object.keys(vitals).toSorted()).toEqual([
    'HEALTH_CONTROL',
    'HEALTH_ENDPOINTS',
    'HEALTH_MONITOR',
    'HealthCheckError',
    'HealthCheckTimeoutError',
    'HealthConfigurationError',
    'HealthIndicator',
    'HealthModule',
    'HealthService',
    'HealthStatus',
    'OnDrain',
    'OnHealthChange',
    'UnknownProbeError',
    'degraded',
    'down',
    'isHealthCheckError',
    'isHealthConfigurationError',
    'outOfService',
    'skipped',
    'unknown',
    'up',
  ]);
});
