import { describe, expect, it } from 'vitest';
import { isHealthConfigurationError } from '../../../src/errors/configuration.error.js';
import { type HealthManagementOptions, resolveManagementOptions } from '../../../src/management/management-options.js';

function refusal(options: unknown): string {
  try {
    resolveManagementOptions(options as HealthManagementOptions);
  } catch (error) {
    if (isHealthConfigurationError(error)) return error.message;
    throw error;
  }
  throw new Error('the options are accepted');
}

describe('the options of the management port', () => {
  it('have defaults', () => {
    expect(resolveManagementOptions({})).toEqual({
      port: 9090,
      host: undefined,
      portFile: undefined,
      thread: true,
      watchdog: { warnAfter: 1000, liveAfter: 30_000, stack: true, log: 'text' },
      mainPort: true,
      enabled: true,
    });
  });

  it('choose the port by the number of the worker', () => {
    expect(resolveManagementOptions({ port: (worker) => 9090 + worker }, 3).port).toBe(9093);
  });

  it('have no watchdog without a thread', () => {
    expect(resolveManagementOptions({ thread: false }).watchdog).toBeUndefined();
    expect(refusal({ thread: false, watchdog: {} })).toContain('remove thread: false, or set watchdog to false');
  });

  it('are all checked', () => {
    const message = refusal({
      port: 70_000,
      host: ' ',
      portFile: 7,
      thread: 'yes',
      mainPort: 0,
      enabled: 1,
      watchdog: { warnAfter: 0 },
      prot: 1,
    });
    for (const place of ['port', 'host', 'portFile', 'thread', 'mainPort', 'enabled', 'watchdog, warnAfter']) {
      expect(message).toContain(`HealthManagementModule.forRoot(), ${place}:`);
    }
    expect(message).toContain('did you mean "port"?');
  });

  it('show the value that a function returned', () => {
    expect(refusal({ port: () => -1 })).toContain('the function returned -1 for worker 0');
  });
});
