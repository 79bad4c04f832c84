import { describe, expect, it } from 'vitest';
import { serviceGraphOf } from '../../../src/fleet/page/service-graph.js';
import { member, service } from './fleet-reports.js';

const graphOf = (dependencies: Readonly<Record<string, readonly string[]>>) =>
  serviceGraphOf(
    Object.entries(dependencies).map(([name, targets]) => service(name, [member('one')], { depends_on: targets })),
  );
const columnsOf = (dependencies: Parameters<typeof graphOf>[0]): Record<string, number> =>
  Object.fromEntries(graphOf(dependencies)?.nodes.map(({ name, column }) => [name, column]) ?? []);

describe('serviceGraphOf()', () => {
  it('puts a service right of all its callers', () => {
    expect(
      columnsOf({ stock: [], web: ['orders', 'stock'], orders: ['payments', 'stock'], payments: ['stock'] }),
    ).toStrictEqual({
      web: 0,
      orders: 1,
      payments: 2,
      stock: 3,
    });
  });

  it('terminates on cyclic dependencies, and on a service that depends on itself', () => {
    expect(columnsOf({ a: ['b'], b: ['c'], c: ['a', 'c'] })).toStrictEqual({ a: 0, b: 1, c: 2 });
    expect(graphOf({ a: ['b'], b: ['a'] })?.edges).toHaveLength(2);
  });

  it('never places two services at the same position', () => {
    const places = graphOf({ web: ['a', 'b', 'c'], a: ['d'], b: ['d', 'e'] })?.nodes.map(
      ({ column, row }) => `${column}/${row}`,
    );
    expect(new Set(places).size).toBe(6);
  });

  it('draws nothing without a dependency, and at most 40 services', () => {
    expect(graphOf({ a: [], b: [] })).toBeUndefined();
    const names = Array.from({ length: 40 }, (_, index) => `s${index}`);
    expect(graphOf({ a: names.slice(1) })?.nodes).toHaveLength(40);
    expect(graphOf({ a: names })).toBeUndefined();
  });
});
