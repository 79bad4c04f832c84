import { describe, expect, it } from 'vitest';
import { reportedData, reportedHealthIn } from '../../../src/core/reported-health.js';
import { safeCopy } from '../../../src/core/safe-copy.js';
import {
  dependencyHealthIn,
  dependencyHealthOf,
  isHealthType,
  isJsonType,
} from '../../../src/indicators/http/dependency-health.js';

const read = (json: unknown) => dependencyHealthIn(JSON.stringify(json));

describe('the status word of a dependency', () => {
  it.each([
    ['UP', 'UP'],
    ['up', 'UP'],
    ['pass', 'UP'],
    ['ok', 'UP'],
    ['DEGRADED', 'DEGRADED'],
    ['warn', 'DEGRADED'],
    ['DOWN', 'DOWN'],
    ['down', 'DOWN'],
    ['fail', 'DOWN'],
    ['error', 'DOWN'],
    ['OUT_OF_SERVICE', 'DOWN'],
    ['UNKNOWN', 'DOWN'],
    ['shutting_down', 'DOWN'],
  ])('%s means %s', (word, status) => {
    expect(dependencyHealthOf(word)).toMatchObject({ status, word, failing: [], components: [] });
  });

  it.each(['banana', '', 'constructor', '__proto__', null, undefined, 1, {}])(
    'ignores the unknown status %j',
    (word) => {
      expect(dependencyHealthOf(word)).toBeUndefined();
    },
  );
});

describe('the status in the JSON of a dependency', () => {
  it('is read from the format of this library', () => {
    const json = {
      status: 'DEGRADED',
      timestamp: '2026-11-20T10:30:00.000Z',
      details: { database: { status: 'UP' }, payments: { status: 'DOWN' }, cache: { status: 'DEGRADED' } },
      service_info: { name: 'orders' },
    };
    expect(read(json)).toMatchObject({ status: 'DEGRADED', word: 'DEGRADED', failing: ['payments', 'cache'] });
    expect(read({ status: 'UP' })).toMatchObject({ status: 'UP', word: 'UP', failing: [] });
  });

  it('is read from the format of Spring Boot', () => {
    const json = { status: 'OUT_OF_SERVICE', components: { db: { status: 'UP' }, broker: { status: 'DOWN' } } };
    expect(read(json)).toMatchObject({ status: 'DOWN', word: 'OUT_OF_SERVICE', failing: ['broker'] });
  });

  it('is read from the format of @nestjs/terminus', () => {
    const json = {
      status: 'error',
      info: { database: { status: 'up' } },
      error: { redis: { status: 'down' } },
      details: { database: { status: 'up' }, redis: { status: 'down' } },
    };
    expect(read(json)).toMatchObject({ status: 'DOWN', word: 'error', failing: ['redis'] });
  });

  it('is read from health+json, whose checks are lists', () => {
    const json = {
      status: 'warn',
      checks: {
        'cassandra:responseTime': [{ status: 'pass' }, { status: 'warn' }],
        uptime: [{ status: 'pass' }],
        'cpu:utilization': [{ observedValue: 5 }],
      },
    };
    expect(read(json)).toMatchObject({ status: 'DEGRADED', word: 'warn', failing: ['cassandra:responseTime'] });
  });

  it('includes the names of a few parts, and only valid names', () => {
    const down = { status: 'DOWN' };
    const odd = { '<script>': down, ['x'.repeat(65)]: down, 'line\nbreak': down, '': down };
    expect(read({ status: 'DOWN', details: odd })?.failing).toEqual([]);
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`part_${index}`, down]));
    expect(read({ status: 'DOWN', details: many })?.failing).toHaveLength(5);
  });

  it.each([[], null, 'UP', 5, {}, { status: 'banana' }, { state: 'UP' }, { status: { code: 'UP' } }])(
    'is not found in %j',
    (json) => {
      expect(read(json)).toBeUndefined();
    },
  );

  it('is not found in a text that is not JSON', () => {
    expect(dependencyHealthIn('{"status":"UP"')).toBeUndefined();
    expect(dependencyHealthIn('')).toBeUndefined();
  });

  it.each([{ details: 'DOWN' }, { components: [] }, { checks: null }, { details: { a: null, b: 'DOWN', c: [null] } }])(
    'ignores malformed parts: %j',
    (parts) => {
      expect(read({ status: 'DOWN', ...parts })).toMatchObject({ status: 'DOWN', word: 'DOWN', failing: [] });
    },
  );
});

it('distinguishes media types of health reports from other JSON', () => {
  expect(['application/health+json', 'application/vnd.spring-boot.actuator.v3+json'].every(isHealthType)).toBe(true);
  expect(['application/json', 'text/html', 'application/health+xml', ''].some(isHealthType)).toBe(false);
  expect(['application/json', 'application/health+json', 'application/problem+json'].every(isJsonType)).toBe(true);
  expect(['text/html', 'application/jsonp', 'image/json', ''].some(isJsonType)).toBe(false);
});

describe('the components that a dependency reports', () => {
  const since = '2026-11-20T10:30:00.000Z';

  it('are read from the report of this library, with the services behind them', () => {
    const bank = { name: 'bank', status: 'DOWN', since, service: 'bank-gateway' };
    const json = {
      status: 'DOWN',
      service_info: { name: 'payments' },
      details: {
        database: { status: 'UP', data: { password: 'x' }, checked_at: since },
        ledger: {
          status: 'DOWN',
          error: 'HTTP status 503 at http://10.0.0.3',
          since: '2026-11-20T11:30:00+01:00',
          data: {
            host: '10.0.0.3',
            reported_status: 'DOWN',
            reported_service: 'ledger-api',
            reported_components: [bank],
          },
        },
        reports: { status: 'SKIPPED', message: 'disabled' },
      },
    };
    expect(read(json)).toMatchObject({
      service: 'payments',
      components: [
        { name: 'database', status: 'UP' },
        { name: 'ledger', status: 'DOWN', since, service: 'ledger-api', components: [bank] },
        { name: 'reports', status: 'SKIPPED' },
      ],
      omitted: 0,
    });
    // Only names, statuses and times.
    expect(JSON.stringify(read(json)?.components)).not.toMatch(/password|10\.0\.0\.3|answered|checked_at/);
  });

  it('are read from composites of Spring Boot, whose custom statuses are UNKNOWN', () => {
    const json = {
      status: 'DOWN',
      components: {
        db: { status: 'DOWN', components: { primary: { status: 'UP' }, replica: { status: 'OUT_OF_SERVICE' } } },
        custom: { status: 'FATAL' },
        diskSpace: { status: 'UP', details: { free: 5 } },
      },
    };
    expect(read(json)?.components).toEqual([
      {
        name: 'db',
        status: 'DOWN',
        components: [
          { name: 'primary', status: 'UP' },
          { name: 'replica', status: 'OUT_OF_SERVICE' },
        ],
      },
      { name: 'custom', status: 'UNKNOWN' },
      { name: 'diskSpace', status: 'UP' },
    ]);
  });

  it('are combined for the measurements of a component in health+json', () => {
    const json = {
      status: 'fail',
      serviceId: 'payments',
      checks: {
        'cassandra:responseTime': [{ status: 'pass' }, { status: 'warn' }],
        'cassandra:connections': [{ status: 'pass' }],
        'ledger:responseTime': [{ status: 'fail', state: 'OUT_OF_SERVICE' }],
        'cpu:utilization': [{ observedValue: 5 }, null],
      },
    };
    expect(read(json)).toMatchObject({
      service: 'payments',
      components: [
        { name: 'cassandra', status: 'DEGRADED' },
        { name: 'ledger', status: 'OUT_OF_SERVICE' },
      ],
    });
  });

  it('are limited to 50 of 10,000, the failing ones first, and the omitted ones are counted', () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`part_${index}`, { status: 'UP' }]));
    const health = read({ status: 'DOWN', details: { ...many, part_9000: { status: 'DOWN' } } });
    expect(health?.components.slice(0, 2)).toEqual([
      { name: 'part_9000', status: 'DOWN' },
      { name: 'part_0', status: 'UP' },
    ]);
    expect([health?.components.length, health?.omitted]).toEqual([50, 9950]);
  });

  it('are limited together with the levels below, and fit into the data of a result', () => {
    const name = (index: number): string => `${index}`.padStart(64, 'x');
    const level = (depth: number): object[] =>
      depth === 0
        ? []
        : Array.from({ length: 12 }, (_, index) => ({
            name: name(index),
            status: 'OUT_OF_SERVICE',
            since,
            service: name(index + 100 * depth),
            components: level(depth - 1),
          }));
    const details = { a: { status: 'DOWN', data: { reported_components: level(4) } } };
    const health = read({ status: 'DOWN', details });
    const data = health && reportedData(health);
    expect(JSON.stringify(data).match(/"name"/g)).toHaveLength(50);
    // Neither the depth nor the size limit of the data is exceeded.
    expect(safeCopy(data)).toEqual(data);
    expect(reportedHealthIn(data)).toMatchObject({ components: health?.components });
  });

  it('have names without markup, control characters and credentials', () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '\u202egnp',
      'x'.repeat(65),
      '',
      'postgres://user:hunter2@db/orders',
    ];
    const details = Object.fromEntries(names.map((each) => [each, { status: 'DOWN' }]));
    const { components = [], omitted } = read({ status: 'DOWN', details, service_info: { name: '<b>' } }) ?? {};
    expect([components.length, omitted]).toEqual([1, 4]);
    expect(JSON.stringify(components)).not.toContain('hunter2');
    expect(read({ status: 'UP', service_info: { name: '<b>' } })).not.toHaveProperty('service');
  });

  it.each(['yesterday', '2026-13-45T99:99:99Z', `${since}<b>`, 5, null])('omit a time that is %j', (odd) => {
    const details = { a: { status: 'DOWN', since: odd } };
    expect(read({ status: 'DOWN', details })?.components).toEqual([{ name: 'a', status: 'DOWN' }]);
  });

  it('include the parts of a composite of this library, also in its Spring format', () => {
    const parts = { primary: { status: 'UP', details: { rows: 1 } }, replica: { status: 'DOWN' } };
    const components = [
      {
        name: 'database',
        status: 'DEGRADED',
        components: [
          { name: 'primary', status: 'UP' },
          { name: 'replica', status: 'DOWN' },
        ],
      },
    ];
    const database = { status: 'DEGRADED', details: parts };
    expect(read({ status: 'DEGRADED', details: { database } })?.components).toEqual(components);
    const spring = { status: 'DEGRADED', components: parts };
    expect(read({ status: 'DEGRADED', components: { database: spring } })?.components).toEqual(components);
  });

  it('terminate where services check each other', () => {
    const orders = { name: 'orders', status: 'UP', service: 'orders', components: [{ name: 'endless', status: 'UP' }] };
    const payments = { name: 'payments', status: 'UP', service: 'payments', components: [orders] };
    const details = { orders: { status: 'UP', data: { reported_service: 'orders', reported_components: [payments] } } };
    expect(read({ status: 'UP', service_info: { name: 'payments' }, details })?.components).toEqual([
      {
        name: 'orders',
        status: 'UP',
        service: 'orders',
        components: [{ name: 'payments', status: 'UP', service: 'payments' }],
      },
    ]);
  });
});

describe('the data of the reported health', () => {
  it.each([undefined, {}, { reported_status: 5 }])('is not found in %j', (data) => {
    expect(reportedHealthIn(data)).toBeUndefined();
  });

  it('is also read from another format', () => {
    const data = {
      reported_status: 'DOWN',
      reported_failing: ['bank', 5],
      reported_components: ['x', null, { name: 'a' }, { name: 'b', status: 'banana' }, { name: 5, status: 'UP' }],
      reported_omitted: -3,
    };
    expect(reportedHealthIn(data)).toEqual({ word: 'DOWN', failing: ['bank'], components: [], omitted: 1 });
  });
});
