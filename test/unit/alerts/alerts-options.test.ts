import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  type AlertsSettings,
  type HealthAlertsOptions,
  resolveAlertsOptions,
} from '../../../src/alerts/alerts-options.js';
import { webhook } from '../../../src/alerts/webhook.js';
import type { ConfigurationFault } from '../../../src/errors/fault.js';
import { Faults } from '../../../src/options/faults.js';

function resolve(options: unknown): AlertsSettings & { readonly faults: readonly ConfigurationFault[] } {
  const faults = new Faults();
  return { ...resolveAlertsOptions(options as HealthAlertsOptions, ['live', 'ready'], faults), faults: faults.list };
}
const url = 'https://user:hunter2@hooks.example/T0/secret';
const target = (options: object) => resolve({ targets: [{ webhook: { url, ...options } }] });

describe('the options of alerts', () => {
  it('have the documented defaults', () => {
    expect(resolve({ targets: [webhook({ url })] })).toMatchObject({
      debounce: 10_000,
      queueSize: 100,
      shutdownTimeout: 3000,
      instance: hostname(),
      faults: [],
      targets: [
        {
          url: new URL(url),
          resendInterval: undefined,
          secret: undefined,
          headers: {},
          to: ['DOWN', 'OUT_OF_SERVICE', 'UNKNOWN'],
          indicators: undefined,
          probes: [],
          timeout: 5000,
          retries: 8,
        },
      ],
    });
    expect(resolve({ targets: [] })).toMatchObject({ targets: [], faults: [] });
  });

  it.each([
    ['http://alertmanager:9093', 'http://alertmanager:9093/api/v2/alerts'],
    ['http://alertmanager:9093/', 'http://alertmanager:9093/api/v2/alerts'],
    ['http://proxy/alerts/', 'http://proxy/alerts/api/v2/alerts'],
    ['http://alertmanager:9093/api/v2/alerts', 'http://alertmanager:9093/api/v2/alerts'],
  ])('append the path of the API to the base URL of Alertmanager: %s', (base, whole) => {
    const { targets } = target({ url: base, format: 'alertmanager', resendInterval: 500 });
    expect(targets).toMatchObject([{ url: new URL(whole), resendInterval: 500 }]);
  });

  it.each([
    [undefined, 'HealthAlertsModule options, targets'],
    [{}, 'HealthAlertsModule options, targets'],
    [{ targets: {} }, 'HealthAlertsModule options, targets'],
    [{ targets: ['http://hooks'] }, 'HealthAlertsModule options, targets'],
    [{ targets: [], debunce: 5 }, 'HealthAlertsModule options'],
    [{ targets: [], debounce: -1 }, 'HealthAlertsModule options, debounce'],
    [{ targets: [], queueSize: 0 }, 'HealthAlertsModule options, queueSize'],
    [{ targets: [], shutdownTimeout: '3 seconds' }, 'HealthAlertsModule options, shutdownTimeout'],
    [{ targets: [], instance: ' ' }, 'HealthAlertsModule options, instance'],
  ])('report a fault for %j', (options, place) => {
    expect(resolve(options).faults.map((fault) => fault.place)).toEqual([place]);
  });

  it.each([
    [{ url: undefined }, ', url'],
    [{ url: 'ftp://hooks' }, ', url'],
    [{ url: 'hooks' }, ', url'],
    [{ url: 7 }, ', url'],
    [{ format: 'telegram' }, ', format'],
    [{ secret: '' }, ', secret'],
    [{ headers: 'x' }, ', headers'],
    [{ headers: { 'a b': 'x' } }, ', headers'],
    [{ headers: { authorization: 'two\nlines' } }, ', headers.authorization'],
    [{ to: [] }, ', to'],
    [{ to: ['down'] }, ', to'],
    [{ indicators: [''] }, ', indicators'],
    [{ probes: 'ready' }, ', probes'],
    [{ probes: ['raedy'] }, ', probes'],
    [{ timeout: 0 }, ', timeout'],
    [{ retries: -1 }, ', retries'],
    [{ labels: { team: 'a' } }, ''],
    [{ resendInterval: 500 }, ''],
    [{ format: 'alertmanager', resendInterval: 99 }, ', resendInterval'],
    [{ format: 'alertmanager', labels: { 'a-b': 'x' } }, ', labels'],
    [{ format: 'alertmanager', labels: { team: 7 } }, ', labels.team'],
    [{ timout: 5 }, ''],
  ])('report a fault for a target with %j', (options, place) => {
    expect(target(options).faults.map((fault) => fault.place)).toEqual([
      `HealthAlertsModule options, targets[0]${place}`,
    ]);
  });

  it('show no secret in a fault', () => {
    const { faults } = target({
      url: 'htp://user:hunter2@hooks/hunter2',
      secret: 7,
      headers: { authorization: 'hunter2\n' },
    });
    expect(faults).toHaveLength(3);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });
});
