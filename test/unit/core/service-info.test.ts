import { afterEach, expect, it, vi } from 'vitest';
import { describeService } from '../../../src/core/service-info.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it('describes the service with its uptime in whole seconds', () => {
  vi.spyOn(process, 'uptime').mockReturnValue(3600.9);
  expect(describeService({ name: 'orders', version: '1.4.2' })).toStrictEqual({
    name: 'orders',
    version: '1.4.2',
    uptime_seconds: 3600,
  });
});
