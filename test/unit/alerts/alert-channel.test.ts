import { expect, it, vi } from 'vitest';
import { AlertChannel } from '../../../src/alerts/alert-channel.js';
import { resolveAlertsOptions } from '../../../src/alerts/alerts-options.js';
import { Faults } from '../../../src/options/faults.js';
import { webhook } from '../../../src/alerts/webhook.js';
import { useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

it('AlertChannel leaves no timer after stop()', async () => {
  const target = webhook({ url: 'http://127.0.0.1:9', format: 'alertmanager' });
  const settings = resolveAlertsOptions({ targets: [target] }, [], new Faults());
  const [resolved] = settings.targets;
  if (!resolved) throw new Error('the options have a fault');
  const logger = { warn: () => undefined, error: () => undefined };
  const channel = new AlertChannel(resolved, settings, () => ({ service: {}, instance: 'host-1' }), logger);
  expect(vi.getTimerCount()).toBe(1);

  await channel.stop(3000);
  expect(vi.getTimerCount()).toBe(0);
});
