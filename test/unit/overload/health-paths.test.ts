import { expect, it } from 'vitest';
import { healthPaths } from '../../../src/overload/health-paths.js';
import { resolveModuleOptions } from '../../../src/options/resolve-module.js';

const { settings } = resolveModuleOptions({ aliases: true });

it.each([
  '/health',
  '/health/',
  '/health/ready',
  '/health/payments',
  '/api/v1/health/ready',
  '/api/health/deep',
  '/livez',
])('%s is a path of the health endpoints', (path) => expect(healthPaths(settings)(path)).toBe(true));

it.each(['/', '/orders', '/healthcare', '/patients/7/health', '/patients/7/health/records', '/livez/x'])(
  '%s is a path of the application',
  (path) => expect(healthPaths(settings)(path)).toBe(false),
);
