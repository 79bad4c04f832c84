import type { FleetService } from '../fleet-report.js';

/** A service of the fleet, or a dependency that is not in it. */
export interface GraphNode {
  readonly name: string;
  readonly service: FleetService | undefined;
  /** Callers are in a lower column than their dependencies, except in a cycle. */
  readonly column: number;
  readonly row: number;
}

export interface GraphEdge {
  readonly from: GraphNode;
  readonly to: GraphNode;
}

export interface ServiceGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** More services than this do not fit into a drawing that people can read. */
const MOST_NODES = 40;

/** Which services depend on which. Undefined: no dependency is known, or there are too many services to draw. */
export function serviceGraphOf(services: readonly FleetService[]): ServiceGraph | undefined {
  const pairs = services.flatMap(({ service, depends_on: targets = [] }) =>
    targets.map((target) => [service, target] as const),
  );
  const names = new Set([...services.map(({ service }) => service), ...pairs.map(([, target]) => target)]);
  if (pairs.length === 0 || names.size > MOST_NODES) return undefined;
  const columns = columnsOf([...names], pairs);
  const rows = new Map<number, number>();
  const nodes = new Map<string, GraphNode>();
  for (const name of names) {
    const column = columns.get(name) ?? 0;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    nodes.set(name, { name, service: services.find(({ service }) => service === name), column, row });
  }
  const edges = pairs.flatMap(([source, target]) => {
    const from = nodes.get(source);
    const to = nodes.get(target);
    return from && to ? [{ from, to }] : [];
  });
  return { nodes: [...nodes.values()], edges };
}

type Pair = readonly [source: string, target: string];

/** The longest way from a service without callers. Edges that close a cycle do not count. */
function columnsOf(names: readonly string[], pairs: readonly Pair[]): ReadonlyMap<string, number> {
  const targets = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const [source, target] of pairs) targets.get(source)?.push(target);
  const called = new Set(pairs.map(([, target]) => target));
  const order: string[] = [];
  const forward: Pair[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (name: string): void => {
    state.set(name, 'open');
    for (const target of targets.get(name) ?? []) {
      if (state.get(target) === 'open') continue;
      forward.push([name, target]);
      if (!state.has(target)) visit(target);
    }
    state.set(name, 'done');
    order.unshift(name);
  };
  const callersFirst = [...names.filter((name) => !called.has(name)), ...names];
  for (const name of callersFirst) if (!state.has(name)) visit(name);
  const columns = new Map(names.map((name) => [name, 0]));
  for (const name of order) {
    for (const [source, target] of forward) {
      if (source === name) columns.set(target, Math.max(columns.get(target) ?? 0, (columns.get(name) ?? 0) + 1));
    }
  }
  return columns;
}
