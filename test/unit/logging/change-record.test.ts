import { ConsoleLogger, type LoggerService } from '@nestjs/common';
import { fastify } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import type { HealthChange } from '../../../src/core/health-change.js';
import { logChange } from '../../../src/logging/change-logger.js';
import type { ChangeLevels } from '../../../src/options/health-module-options.js';

const FAILED: HealthChange = {
  indicator: 'database',
  critical: true,
  from: 'UP',
  to: 'DOWN',
  at: new Date(0),
  lasted: 20_000.4,
  error: 'connection refused',
  code: 'ECONNREFUSED',
  cause: new Error('postgres://user:hunter2@db'),
};
const FIELDS = {
  msg: 'database is DOWN: connection refused (ECONNREFUSED)',
  indicator: 'database',
  critical: true,
  from: 'UP',
  to: 'DOWN',
  duration_ms: 20_000,
  error: 'connection refused',
  code: 'ECONNREFUSED',
  cause: expect.stringContaining('Error: postgres://***@db\n'),
};
const RECOVERED: HealthChange = {
  indicator: 'database',
  critical: false,
  from: 'DOWN',
  to: 'DEGRADED',
  at: new Date(0),
  lasted: 20_000,
  message: 'lag',
};

/** The output of Nest's own logger. */
function written(options: object, change: HealthChange, levels?: ChangeLevels): string {
  let text = '';
  const write = (part: unknown): boolean => {
    text += String(part);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(write));
  try {
    logChange(new ConsoleLogger('Health', options), change, levels);
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return text;
}

describe('a change in the log', () => {
  it('is one line in a text log, with the raw error below it', () => {
    const text = written({ colors: false }, FAILED);
    expect(text).toContain(
      '[Health] database is DOWN: connection refused (ECONNREFUSED)\nError: postgres://***@db\n    at',
    );
    expect(written({ colors: false }, RECOVERED)).toMatch(
      /LOG \[Health\] database is DEGRADED: lag after 20 s of DOWN\n$/,
    );
  });

  it.each([
    ['warn', 33],
    ['log', 32],
    ['error', 31],
    ['fatal', 1],
    ['debug', 95],
    ['verbose', 96],
  ] as const)('has the colour of its level in a terminal: %s', (level, colour) => {
    const text = written({ colors: true }, RECOVERED, { DEGRADED: level });
    expect(text).toContain(`\u001B[${colour}mdatabase is DEGRADED: lag after 20 s of DOWN\u001B[`);
  });

  it('is an object with fields in JSON, in one record', () => {
    const record = JSON.parse(written({ json: true }, FAILED)) as object;
    expect(record).toMatchObject({ level: 'warn', context: 'Health', message: FIELDS });
    expect(JSON.parse(written({ json: true }, RECOVERED))).toMatchObject({
      level: 'log',
      message: { msg: 'database is DEGRADED: lag after 20 s of DOWN', critical: false, detail: 'lag' },
    });
  });

  it('omits fields for missing values', () => {
    const { message } = JSON.parse(
      written({ json: true }, { ...RECOVERED, from: 'UNKNOWN', lasted: undefined, message: 'x' }),
    ) as { message: object };
    expect(Object.keys(message)).toEqual(['msg', 'indicator', 'critical', 'from', 'to', 'detail']);
  });

  it('is an object with fields for pino, as nestjs-pino passes it, with the line as the message', () => {
    let text = '';
    const { log } = fastify({ logger: { level: 'info', stream: { write: (part: string) => void (text += part) } } });
    // The adapter merges a message that is an object with the context.
    const logger: LoggerService = {
      log: (message: object, context: string) => log.info({ context, ...message }),
      warn: (message: object, context: string) => log.warn({ context, ...message }),
      error: (message: object, context: string) => log.error({ context, ...message }),
    };
    logChange(logger, FAILED);
    expect(JSON.parse(text)).toMatchObject({ level: 40, ...FIELDS });
  });

  it('is a message with fields for winston, whose adapter reads the properties of an object', () => {
    const calls: unknown[] = [];
    const take = ({ message, ...meta }: { message: unknown }): unknown => calls.push([message, meta]);
    logChange({ log: take, warn: take }, FAILED);
    expect(calls).toEqual([[FIELDS.msg, FIELDS]]);
  });

  it('is the line when it is converted to a string', () => {
    const lines: string[] = [];
    logChange({ log: (line: unknown) => lines.push(String(line)), warn: () => undefined }, RECOVERED);
    expect(lines).toEqual(['database is DEGRADED: lag after 20 s of DOWN']);
  });
});

describe('the log level of a change', () => {
  const LEVELS: ChangeLevels = { DOWN: 'error', DEGRADED: false, 'DOWN->DEGRADED': 'debug', UP: 'verbose' };
  const levelOf = (from: HealthChange['from'], to: HealthChange['to']): string[] => {
    const calls: string[] = [];
    const names = ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] as const;
    const entries = names.map((name) => [name, (line: unknown) => calls.push(`${name}: ${String(line)}`)] as const);
    const logger = Object.fromEntries(entries) as unknown as LoggerService;
    logChange(logger, { ...RECOVERED, from, to }, LEVELS);
    return calls;
  };

  it.each([
    ['UP', 'DOWN', ['error: database is DOWN: lag']],
    ['UP', 'DEGRADED', []],
    ['DOWN', 'DEGRADED', ['debug: database is DEGRADED: lag after 20 s of DOWN']],
    ['DOWN', 'UP', ['verbose: database is UP: lag after 20 s of DOWN']],
    ['UP', 'UNKNOWN', ['warn: database is UNKNOWN: lag']],
  ] as const)('depends on both statuses: %s to %s', (from, to, calls) => {
    expect(levelOf(from, to)).toEqual(calls);
  });

  it('is not written by a logger without that level', () => {
    const logger = { log: () => expect.unreachable(), warn: () => expect.unreachable() };
    expect(() => logChange(logger, FAILED, { DOWN: 'fatal' })).not.toThrow();
  });
});
