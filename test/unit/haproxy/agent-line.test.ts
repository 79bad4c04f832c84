import { describe, expect, it } from 'vitest';
import type { HealthCheckDetail, HealthReport } from '../../../src/core/report.js';
import { acceptingLine, downLine, reasonOf } from '../../../src/haproxy/agent-line.js';
import { WarmUp } from '../../../src/haproxy/warm-up.js';

const report = (details: Record<string, HealthCheckDetail>, reason?: string): HealthReport => ({
  status: 'DOWN',
  timestamp: '',
  details,
  service_info: {} as HealthReport['service_info'],
  ...(reason !== undefined && { reason }),
});

describe('the line for HAProxy', () => {
  it('sets both states and the weight', () => {
    expect(acceptingLine(50)).toBe('ready up 50%\n');
  });

  it.each([
    ['database DOWN', 'down #database DOWN\n'],
    ['two\nlines\r', 'down #two\\nlines\\r\n'],
    ['größe', 'down #gr??e\n'],
  ])('contains the reason %j in one line of ASCII', (reason, line) => {
    expect(downLine(reason)).toBe(line);
  });

  it('limits the length of the reason', () => {
    expect(downLine('x'.repeat(100_000)).length).toBeLessThan(300);
  });

  it('lists the failing critical indicators, without their messages', () => {
    const failing = { status: 'DOWN', critical: true, error: 'secret' } as const;
    const found = reasonOf(
      report({ database: failing, stock: { ...failing, critical: false }, cache: { status: 'UP' }, queue: failing }),
    );
    expect(found).toBe('database DOWN, queue DOWN');
  });

  it('begins with the reason of the application', () => {
    expect(reasonOf(report({ database: { status: 'DOWN', critical: true } }, 'starting: catalogue'))).toBe(
      'starting: catalogue',
    );
  });

  it('contains the status if no indicator explains it', () => {
    expect(reasonOf(report({}))).toBe('ready is DOWN');
  });
});

describe('the weight during the warm-up', () => {
  it('rises linearly from 10 % to 100 %, from the first call on', () => {
    const warmUp = new WarmUp(1000);
    const weights = [5000, 5250, 5500, 5999, 6000, 60_000].map((now) => Math.round(warmUp.weightAt(now)));
    expect(weights).toEqual([10, 33, 55, 100, 100, 100]);
  });

  it('is complete at once without a warm-up', () => {
    expect(new WarmUp(0).weightAt(5)).toBe(100);
  });
});
