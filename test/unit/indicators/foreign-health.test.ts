import { describe, expect, it } from 'vitest';
import {
  foreignHealthIn,
  foreignHealthOf,
  isHealthType,
  isJsonType,
} from '../../../src/indicators/http/foreign-health.js';

const read = (json: unknown) => foreignHealthIn(JSON.stringify(json));

describe('a word for a state of health', () => {
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
    expect(foreignHealthOf(word)).toEqual({ status, word, failing: [] });
  });

  it.each(['banana', '', 'constructor', '__proto__', null, undefined, 1, {}])('%j means nothing', (word) => {
    expect(foreignHealthOf(word)).toBeUndefined();
  });
});

describe('a state of health in JSON', () => {
  it('of this library', () => {
    const json = {
      status: 'DEGRADED',
      timestamp: '2026-11-20T10:30:00.000Z',
      details: { database: { status: 'UP' }, payments: { status: 'DOWN' }, cache: { status: 'DEGRADED' } },
      service_info: { name: 'orders' },
    };
    expect(read(json)).toEqual({ status: 'DEGRADED', word: 'DEGRADED', failing: ['payments', 'cache'] });
    expect(read({ status: 'UP' })).toEqual({ status: 'UP', word: 'UP', failing: [] });
  });

  it('of Spring Boot', () => {
    const json = { status: 'OUT_OF_SERVICE', components: { db: { status: 'UP' }, broker: { status: 'DOWN' } } };
    expect(read(json)).toEqual({ status: 'DOWN', word: 'OUT_OF_SERVICE', failing: ['broker'] });
  });

  it('of @nestjs/terminus', () => {
    const json = {
      status: 'error',
      info: { database: { status: 'up' } },
      error: { redis: { status: 'down' } },
      details: { database: { status: 'up' }, redis: { status: 'down' } },
    };
    expect(read(json)).toEqual({ status: 'DOWN', word: 'error', failing: ['redis'] });
  });

  it('of health+json, whose checks are lists', () => {
    const json = {
      status: 'warn',
      checks: {
        'cassandra:responseTime': [{ status: 'pass' }, { status: 'warn' }],
        uptime: [{ status: 'pass' }],
        'cpu:utilization': [{ observedValue: 5 }],
      },
    };
    expect(read(json)).toEqual({ status: 'DEGRADED', word: 'warn', failing: ['cassandra:responseTime'] });
  });

  it('names few parts, and only names that are ones', () => {
    const down = { status: 'DOWN' };
    const odd = { '<script>': down, ['x'.repeat(65)]: down, 'line\nbreak': down, '': down };
    expect(read({ status: 'DOWN', details: odd })?.failing).toEqual([]);
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`part_${index}`, down]));
    expect(read({ status: 'DOWN', details: many })?.failing).toHaveLength(5);
  });

  it.each([[], null, 'UP', 5, {}, { status: 'banana' }, { state: 'UP' }, { status: { code: 'UP' } }])(
    'is not in %j',
    (json) => {
      expect(read(json)).toBeUndefined();
    },
  );

  it('is not found in a text that is not JSON', () => {
    expect(foreignHealthIn('{"status":"UP"')).toBeUndefined();
    expect(foreignHealthIn('')).toBeUndefined();
  });

  it.each([{ details: 'DOWN' }, { components: [] }, { checks: null }, { details: { a: null, b: 'DOWN', c: [null] } }])(
    'takes odd parts for nothing: %j',
    (parts) => {
      expect(read({ status: 'DOWN', ...parts })).toEqual({ status: 'DOWN', word: 'DOWN', failing: [] });
    },
  );
});

it('distinguishes media types', () => {
  expect(['application/health+json', 'application/vnd.spring-boot.actuator.v3+json'].every(isHealthType)).toBe(true);
  expect(['application/json', 'text/html', 'application/health+xml', ''].some(isHealthType)).toBe(false);
  expect(['application/json', 'application/health+json', 'application/problem+json'].every(isJsonType)).toBe(true);
  expect(['text/html', 'application/jsonp', 'image/json', ''].some(isJsonType)).toBe(false);
});
