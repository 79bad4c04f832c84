import { expect, it } from 'vitest';
import { baseOf } from '../../../src/endpoints/base.js';

it.each([
  ['/health', 'health', 'health/'],
  ['/health?deep=true', 'health', 'health/'],
  ['/health/', 'health', ''],
  ['/health/deep', 'health', ''],
  ['/health/deep?format=html', 'health', ''],
  ['/health/deep/', 'health', '../'],
  ['/api/v1/health/deep', 'health', ''],
  ['/internal/health', 'internal/health', 'health/'],
  ['/internal/health/deep', 'internal/health', ''],
  ['/health/health', 'health', 'health/'],
  ['/health/health_of_stock', 'health', ''],
  ['/api/health/healthz?format=html', 'health', ''],
  ['/readyz', 'health', undefined],
  ['/healthz', 'health', undefined],
  ['/health/database/primary', 'health', '../'],
  ['/health/database/primary/', 'health', '../../'],
  ['/health/a/b/c', 'health', undefined],
])('requested at %s with the path %s, the endpoints are at %j', (url, path, base) => {
  expect(baseOf(url, path)).toBe(base);
});

it('a page links to the endpoint beside the requested one', () => {
  const from = (url: string): string => new URL(`${baseOf(url, 'health')}events`, `http://localhost${url}`).pathname;
  expect(['/health?deep', '/health/?deep', '/health/deep', '/health/deep/'].map(from)).toEqual(
    Array.from({ length: 4 }, () => '/health/events'),
  );
  expect(from('/api/health/deep')).toBe('/api/health/events');
});
