import { describe, expect, it } from 'vitest';
import type { HealthChange } from '../../../src/core/health-change.js';
import { logChange } from '../../../src/logging/change-logger.js';

function linesOf(change: Partial<HealthChange>): string[] {
  const lines: string[] = [];
  const logger = {
    log: (line: unknown) => lines.push(`LOG ${String(line)}`),
    warn: (line: unknown) => lines.push(`WARN ${String(line)}`),
  };
  logChange(logger, {
    indicator: 'database',
    critical: true,
    from: 'UP',
    to: 'DOWN',
    at: new Date(0),
    lasted: 20_000,
    ...change,
  });
  return lines;
}

describe('logChange', () => {
  it.each([
    ['UP', 'DOWN', 'WARN database is DOWN'],
    ['UP', 'DEGRADED', 'WARN database is DEGRADED'],
    ['UP', 'UNKNOWN', 'WARN database is UNKNOWN'],
    ['SKIPPED', 'DEGRADED', 'WARN database is DEGRADED'],
    ['DEGRADED', 'OUT_OF_SERVICE', 'WARN database is OUT_OF_SERVICE'],
    ['DOWN', 'OUT_OF_SERVICE', 'WARN database is OUT_OF_SERVICE'],
    ['DOWN', 'UP', 'LOG database is UP after 20 s of DOWN'],
    ['DOWN', 'DEGRADED', 'LOG database is DEGRADED after 20 s of DOWN'],
    ['DOWN', 'SKIPPED', 'LOG database is SKIPPED after 20 s of DOWN'],
    ['DEGRADED', 'UP', 'LOG database is UP after 20 s of DEGRADED'],
  ] as const)('logs changes for the worse as warn and recoveries as log: %s to %s', (from, to, line) => {
    expect(linesOf({ from, to })).toStrictEqual([line]);
  });

  it('contains the error and its code', () => {
    expect(linesOf({ error: 'connection refused', code: 'ECONNREFUSED' })).toStrictEqual([
      'WARN database is DOWN: connection refused (ECONNREFUSED)',
    ]);
    expect(linesOf({ error: 'disk full' })).toStrictEqual(['WARN database is DOWN: disk full']);
    expect(linesOf({ to: 'DEGRADED', message: 'lag' })).toStrictEqual(['WARN database is DEGRADED: lag']);
    expect(linesOf({ error: 'the error', message: 'the message' })).toStrictEqual(['WARN database is DOWN: the error']);
    expect(linesOf({ from: 'DOWN', to: 'DEGRADED', message: 'lag' })).toStrictEqual([
      'LOG database is DEGRADED: lag after 20 s of DOWN',
    ]);
  });

  it('contains the thrown error without credentials on a change for the worse', () => {
    const [line] = linesOf({ error: 'check failed', cause: new Error('postgres://user:hunter2@db') });
    expect(line).toContain('WARN database is DOWN: check failed\nError: postgres://***@db\n');
  });

  it('writes one line for every text', () => {
    expect(linesOf({ error: 'boom\n[Nest] 1 LOG admin logged in\u001b[2J', code: 'A\nB' })).toStrictEqual([
      String.raw`WARN database is DOWN: boom\n[Nest] 1 LOG admin logged in\u001b[2J (A\nB)`,
    ]);
  });

  it('omits the duration when there was no earlier state', () => {
    expect(linesOf({ from: 'UNKNOWN', to: 'UP', lasted: undefined })).toStrictEqual(['LOG database is UP']);
  });
});
