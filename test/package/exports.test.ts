import * as vitals from 'nest-vitals';
import { expect, it } from 'vitest';

it('the package exports exactly the expected names', () => {
  expect(Object.keys(vitals).toSorted()).toEqual([
    'CertificateIndicator',
    'CpuIndicator',
    'DiskIndicator',
    'DnsIndicator',
    'EventLoopIndicator',
    'FileIndicator',
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
    'HeartbeatIndicator',
    'HttpIndicator',
    'MemoryIndicator',
    'OnDrain',
    'OnHealthChange',
    'TcpIndicator',
    'ThresholdIndicator',
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
