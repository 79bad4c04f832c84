import { expect, it } from 'vitest';
import { UnknownProbeError } from '../../../src/errors/unknown-probe.error.js';

it('UnknownProbeError contains the requested name and the existing names', () => {
  const error = new UnknownProbeError('cache', ['live', 'database']);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'UnknownProbeError',
    probe: 'cache',
    message: 'There is no probe, group or indicator named "cache". Known names: live, database.',
  });
});
