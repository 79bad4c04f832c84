import { describe, expect, it } from 'vitest';
import { fleetTable } from '../../../src/cli/fleet/fleet-table.js';
import { before, fleetReport, member, service } from '../fleet/fleet-reports.js';

const plain = { hasColours: false };

describe('the table of the fleet', () => {
  it('has a line for the fleet, each service and each instance, lines that need attention first', () => {
    const report = fleetReport(
      [
        service(
          'orders',
          [
            member('one'),
            member('two', { phase: 'lost', phase_since: before(20), attention: { database: 'DOWN' } }),
            member('three', {
              ready: 'DOWN',
              ready_since: before(90),
              attention: { stock: 'DOWN', cache: 'DEGRADED' },
              attention_since: { stock: before(70) },
            }),
          ],
          { expected: 3, failing: { stock: 1 } },
        ),
        service('stock', [], { expected: 1 }),
      ],
      { status: 'DOWN', reason: 'orders: 1 of 3 ready, stock: 0 of 1 ready' },
    );
    expect(fleetTable(report, plain))
      .toBe(`fleet production  DOWN       Redis, orders: 1 of 3 ready, stock: 0 of 1 ready

orders            DOWN       1 of 2 ready, 3 expected, 1 lost, 1 not ready, 2 × 1.4.2, stock fails at 1
  two             Lost       for 20 s, 1.4.2
  three           Not ready  for 1 min, 1.4.2, stock DOWN for 1 min, cache DEGRADED
  one             Ready      for 2 h, 1.4.2

stock             DOWN       none known, 1 expected`);
    expect(fleetTable(report, { hasColours: true })).toContain('\u001B[31mLost     \u001B[0m');
  });

  it('shows an instance that is not live', () => {
    const notLive = { live: 'DOWN', live_since: before(60) } as const;
    const draining = member('two', { ...notLive, phase: 'draining', phase_since: before(5) });
    const table = fleetTable(fleetReport([service('orders', [member('one', notLive), draining])]), plain);
    expect(table).toMatch(/one +Not live +for 1 min, 1\.4\.2$/m);
    expect(table).toMatch(/two +Draining +for 5 s, 1\.4\.2, live DOWN for 1 min$/m);
  });

  it('shows those of a thousand instances that need attention, and counts the others', () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      member(`pod-${index}`, index < 30 ? { phase: 'draining' } : {}),
    );
    const lines = fleetTable(fleetReport([service('orders', many)]), plain).split('\n');
    expect(lines).toHaveLength(24);
    expect(lines.at(-1)).toBe('  and 980 more');
  });

  it('counts the indicators that the report does not list', () => {
    const one = member('one', { ready: 'DOWN', ready_since: before(90), attention: { a: 'DOWN' }, attention_more: 9 });
    const table = fleetTable(fleetReport([service('orders', [one], { failing: { a: 1 }, failing_more: 9 })]), plain);
    expect(table).toContain('a fails at 1, 9 more indicators fail');
    expect(table).toContain('a DOWN, and 9 more');
  });

  it('says that the store is unavailable, that no instance is known, and that entries are refused', () => {
    const away = fleetReport([], { store: { name: 'Redis', connected: false, error: 'Redis: not connected' } });
    expect(fleetTable(away, plain)).toBe('fleet production  UNKNOWN  Redis: not connected');
    const refused = [{ key: 'fleet/orders/x', because: 'it is not JSON' }];
    expect(fleetTable(fleetReport([], { refused }), plain)).toBe(
      'fleet production  UP  Redis, no instance is known: try another --environment, such as unknown, 1 entry is refused: it is not JSON',
    );
    const expected = fleetTable(fleetReport([service('orders', [], { expected: 2 })]), plain);
    expect(expected).toContain('try another --environment, such as unknown');
  });

  it('removes control characters from names', () => {
    const evil = 'a\u001B[2J\nb';
    const report = fleetReport([service(evil, [member(evil, { version: evil, attention: { [evil]: 'DOWN' } })])]);
    // eslint-disable-next-line no-control-regex -- a name must not move the cursor
    expect(fleetTable(report, plain)).not.toMatch(/\u001B|a.*\nb/);
  });
});
