import { describe, expect, it } from 'vitest';
import type { FleetReport } from '../../../src/fleet/fleet-report.js';
import { renderFleetPage } from '../../../src/fleet/page/fleet-page.js';
import { pageQueryOf } from '../../../src/fleet/page/page-query.js';
import { before, fleetReport, member, service } from './fleet-reports.js';

const render = (report: FleetReport, url = '/health/fleet'): string => renderFleetPage(report, pageQueryOf(url));
const textOf = (page: string): string =>
  page
    .replaceAll(/<(style|script|title|thead)[^>]*>.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
const titleOf = (page: string): string | undefined => /<title>(.*?)<\/title>/.exec(page)?.[1];

describe('the page of the fleet', () => {
  it('says that all instances are well, and reloads without a script', () => {
    const page = render(fleetReport([service('orders', [member('one'), member('two')])]));
    expect(titleOf(page)).toBe('✓ All ready · fleet production');
    expect(page).toContain('<noscript><meta http-equiv="refresh" content="5" /></noscript>');
    expect(textOf(page)).toContain(
      'All 2 instances are ready. orders 2 of 2 ready · 1.4.2 one Ready for 2 h 13 min 1.4.2',
    );
  });

  it('shows instances that need attention first, with their phase and its start', () => {
    const report = fleetReport([
      service('calm', [member('calm-1')]),
      service('orders', [
        member('a-ready'),
        member('b-left', { phase: 'left', phase_since: before(60) }),
        member('c-broken', {
          ready: 'DOWN',
          ready_since: before(40),
          attention: { stock: 'DEGRADED', database: 'DOWN' },
          attention_since: { stock: before(7200), database: before(180) },
        }),
        member('d-lost', { phase: 'lost', phase_since: before(20), attention: { database: 'DOWN' } }),
      ]),
    ]);
    const page = render(report);
    expect(titleOf(page)).toBe('▲ Needs attention · fleet production');
    const text = textOf(page);
    const expected = [
      'orders: 1 lost, 1 not ready.',
      '1 of 2 ready · 1 lost, 1 not ready · 1.4.2',
      'd-lost Lost for 20 s 1.4.2',
      'c-broken Not ready for 40 s : database down for 3 min , stock degraded for 2 h 1.4.2',
      'a-ready Ready',
      'b-left Left 1 min ago',
      'calm 1 of 1 ready',
    ];
    const places = expected.map((words) => text.indexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toStrictEqual(places.toSorted((a, b) => a - b));
  });

  it('shows an instance that is not live, and indicators without a time', () => {
    const notLive = { live: 'DOWN', live_since: before(60) } as const;
    const text = textOf(
      render(
        fleetReport([
          service('orders', [
            member('calm'),
            member('a-dying', { ...notLive, attention: { memory: 'DOWN' } }),
            member('b-leaving', { ...notLive, phase: 'draining', phase_since: before(5) }),
            member('c-slow', { live: 'DEGRADED', live_since: before(60) }),
          ]),
        ]),
      ),
    );
    expect(text).toContain('1 not live, 1 draining');
    expect(text).toContain('a-dying Not live for 1 min : memory down 1.4.2');
    expect(text).toContain('b-leaving Draining for 5 s : live down for 1 min 1.4.2');
    expect(text).toContain('c-slow Ready for 2 h 13 min 1.4.2');
  });

  it('counts the indicators that the report does not list', () => {
    const one = member('one', { ready: 'DOWN', attention: { a: 'DOWN' }, attention_more: 190 });
    const text = textOf(render(fleetReport([service('orders', [one], { failing: { a: 1 }, failing_more: 150 })])));
    expect(text).toContain('and 150 more indicators');
    expect(text).toMatch(/a down.* and 190 more 1\.4\.2/);
  });

  it('compares the ready instances with the expected ones, also for an unknown service', () => {
    const page = render(
      fleetReport([service('orders', [member('one')], { expected: 2 }), service('stock', [], { expected: 1 })], {
        status: 'DOWN',
        reason: 'orders: 1 of 2 ready, stock: 0 of 1 ready',
      }),
    );
    expect(titleOf(page)).toBe('✕ Too few ready · fleet production');
    expect(textOf(page)).toContain('expected: orders: 1 of 2 ready, stock: 0 of 1 ready.');
    expect(textOf(page)).toContain('1 of 1 ready , 2 expected');
    expect(textOf(page)).toContain('none known , 1 expected');
  });

  it('shows versions side by side, and the number of instances at which an indicator fails', () => {
    const page = render(
      fleetReport([
        service('orders', [member('one'), member('two'), member('three', { version: '1.10.0' })], {
          failing: { database: 2 },
        }),
      ]),
    );
    expect(textOf(page)).toContain('1.4.2 2 1.10.0 1');
    expect(page).toContain('<rect width="67" height="8" />');
    expect(textOf(page)).toContain('database fails at 2 of 3 instances');
  });

  it('says since when the store is unavailable, and that the other data is old', () => {
    const page = render(
      fleetReport([service('orders', [member('one')])], {
        store: { name: 'Redis', connected: false, since: before(180), error: 'Redis: connection refused' },
      }),
    );
    expect(titleOf(page)).toBe('? Store unavailable · fleet production');
    expect(textOf(page)).toContain(
      'Redis has been unavailable for 3 min : connection refused. The data below may be out of date.',
    );
  });

  it('says why this instance is not written into a full store', () => {
    const page = render(
      fleetReport([service('orders', [member('one')])], {
        store: { name: 'Redis', connected: true, since: before(180), write_error: 'Redis: put("a/b") failed: <full>' },
      }),
    );
    expect(titleOf(page)).toBe('▲ Needs attention · fleet production');
    expect(page).toContain('put(&quot;a/b&quot;) failed: &lt;full&gt;.');
    expect(textOf(page)).toContain('This instance cannot write into Redis, so the other instances report it as lost');
  });

  it('says that the memory store contains only this process', () => {
    const page = render(
      fleetReport([service('orders', [member('one')])], { store: { name: 'memory store', connected: true } }),
    );
    expect(textOf(page)).toContain('instances in other processes are not seen');
  });

  it('groups many instances by state, opens the groups that need attention, and limits each group', () => {
    const many = Array.from({ length: 1000 }, (_, index) =>
      member(`pod-${index}`, index < 150 ? { phase: 'lost', phase_since: before(20) } : {}),
    );
    const page = render(fleetReport([service('orders', many)]));
    expect(
      [...page.matchAll(/<details id="group-s-orders-[\w-]+" (open)? class="(\w+)"/g)].map(([, open, state]) => [
        state,
        open,
      ]),
    ).toStrictEqual([
      ['down', 'open'],
      ['up', undefined],
    ]);
    expect(page.match(/<li class="down"/g)).toHaveLength(100);
    expect(textOf(page)).toContain('and 50 more: search to find them');
    expect(page.length).toBeLessThan(100_000);
  });

  it('finds instances by name, version, state and failing indicator, and does not reload during a search', () => {
    const report = fleetReport([
      service('orders', [member('one'), member('two', { phase: 'lost' })]),
      service('stock', [member('three', { version: '7.7', attention: { warehouse: 'DOWN' } })]),
    ]);
    const found = (search: string): string[] =>
      [...render(report, `/health/fleet?q=${search}`).matchAll(/<span class="n">(one|two|three)<\/span>/g)].map(
        ([, name = '']) => name,
      );
    expect(found('LOST')).toStrictEqual(['two']);
    expect(found('7.7')).toStrictEqual(['three']);
    expect(found('wareh')).toStrictEqual(['three']);
    expect(found('orders')).toStrictEqual(['two', 'one']);
    expect(found('nothing')).toStrictEqual([]);
    for (const query of ['?q=one', '?q=', '?pause']) {
      expect(render(report, `/health/fleet${query}`)).not.toContain('http-equiv');
    }
    expect(textOf(render(report, '/health/fleet?q=one'))).toContain('1 instance matches');
  });

  it('shortens a search between two characters, not inside a character', () => {
    for (const [search, kept] of [
      [`${'a'.repeat(99)}😀`, 'a'.repeat(99)],
      [`${'a'.repeat(98)}😀b`, `${'a'.repeat(98)}😀`],
    ] as const) {
      expect(render(fleetReport([]), `/health/fleet?q=${encodeURIComponent(search)}`)).toContain(
        `data-events="?format=events&amp;q=${encodeURIComponent(kept)}"`,
      );
    }
  });

  it('shows the latest changes, and refused entries', () => {
    const events = Array.from({ length: 7 }, (_, index) => ({
      at: before(10 * (index + 1)),
      kind: 'lost' as const,
      service: 'orders',
      instances: [`pod-${index}`],
      count: index + 1,
    }));
    const page = render(
      fleetReport([service('orders', [member('one')])], {
        events: [{ at: before(1), kind: 'store connected' }, ...events],
        refused: [{ key: 'fleet/orders/x', because: 'it is not JSON' }],
      }),
    );
    expect(textOf(page)).toContain('10:29:59 1 s ago the store is connected 10:29:50 10 s ago orders pod-0 is lost');
    expect(textOf(page)).toContain('pod-1 and 1 more is lost');
    expect(textOf(page)).toContain('3 older');
    expect(textOf(page)).toContain('1 entry is refused: ');
    expect(textOf(page)).toContain('fleet/orders/x it is not JSON');
  });

  it('draws the dependencies between services', () => {
    const page = render(
      fleetReport([
        service('orders', [member('one')], { depends_on: ['bank', 'payments'] }),
        service('payments', [member('two')], { depends_on: ['bank', 'orders'] }),
      ]),
    );
    expect(page.match(/<path class="e"/g)).toHaveLength(4);
    expect(textOf(page)).toContain('bank not in this fleet');
    expect(textOf(page)).toContain('payments depends on bank, orders');
    expect(render(fleetReport([service('orders', [member('one')])]))).not.toContain('h-map');
  });

  it('escapes each name', () => {
    const evil = '<img src=x onerror=alert(1)>"\'';
    const report = fleetReport(
      [
        service(evil, [member(evil, { version: evil, commit: evil, ready: 'DOWN', attention: { [evil]: 'DOWN' } })], {
          failing: { [evil]: 1 },
          depends_on: [evil, `${evil}2`],
        }),
        service('orders', [member('one', { version: evil }), member('two')]),
      ],
      {
        environment: evil,
        reason: evil,
        status: 'DOWN',
        store: { name: evil, connected: false, error: evil },
        events: [{ at: before(1), kind: 'joined', service: evil, instances: [evil], count: 1, version: evil }],
        refused: [{ key: evil, because: evil }],
      },
    );
    for (const url of ['/health/fleet', `/health/fleet?q=${encodeURIComponent('<img')}`]) {
      const page = render(report, url);
      expect(page).not.toContain('<img');
      expect(page).not.toContain('alert(1)>"');
      expect(page).toContain('&lt;img');
    }
  });
});
