/** Each application in a table of its own. Peers stand on whatever they are made for. */
const TABLES = { fastify: () => onNest('fastify'), express: () => onNest('express'), peers: besidePeers };
export const TABLE_NAMES = Object.keys(TABLES);

const COUNTS = [1, 10, 100, 1000];
/** What terminus is measured with. */
const isRivalled = (indicators) => indicators <= 100;

/**
 * What is measured for one table, each endpoint beside what it is compared with, so that both see the machine in the
 * same state. `bodyOf` names the endpoint whose very bytes a yardstick answers with; `yardstick`, `rival` and
 * `without` name what a subject is divided by; `dividend` names what is divided by it.
 */
export function subjectsFor(table) {
  return TABLES[table]().map((subject) => ({ table, ...subject }));
}

/** Answered by an adapter of Nest, beside the least that can be done on it. */
function onNest(adapter) {
  return [
    { name: 'node:http', kind: 'node-http', path: '/', bodyOf: 'live' },
    ...compared({ name: 'live', path: '/health/live', indicators: 0 }),
    terminus(0),
    ...COUNTS.flatMap((indicators) => [
      ...compared({ name: `ready, ${indicators}`, path: '/health/ready', indicators }),
      ...(isRivalled(indicators) ? [terminus(indicators)] : []),
    ]),
    withMetrics(10),
    ...COUNTS.flatMap((indicators) =>
      compared({ name: `ready in full, ${indicators}`, path: '/health/ready', indicators, view: 'full' }),
    ),
  ].map((subject) => ({ adapter, ...subject }));
}

/** Ten checks that resolve at once, by each library that has a readiness endpoint. */
function besidePeers() {
  const own = 'nest-vitals, on Fastify';
  const peer = (name, key) => ({ name, kind: 'peer', peer: key, path: '/ready', indicators: 10, dividend: own });
  return [
    { name: own, adapter: 'fastify', kind: 'vitals', path: '/health/ready', indicators: 10 },
    { name: 'node:http, the same bytes', kind: 'node-http', path: '/', bodyOf: own, dividend: own },
    peer('lightship', 'lightship'),
    peer('@fastify/under-pressure', 'underPressure'),
    peer('@godaddy/terminus', 'godaddyTerminus'),
    peer('@cloudnative/health-connect, on Express', 'healthConnect'),
    {
      name: '@nestjs/terminus, on Fastify',
      adapter: 'fastify',
      kind: 'terminus',
      path: '/health',
      indicators: 10,
      dividend: own,
    },
  ];
}

/** An endpoint between its yardsticks. That of the object is left out for the full view: the default view shows what serialising costs. */
function compared({ name, indicators, view, path }) {
  const isDefault = view === undefined;
  const bare = (form) => ({ name: bareName(name, form), kind: 'bare', form, path: '/answer', bodyOf: name });
  const endpoint = {
    name,
    kind: 'vitals',
    path,
    indicators,
    view,
    yardstick: bareName(name, 'string'),
    ...(isDefault && { yardstickAsObject: bareName(name, 'object') }),
    ...(isDefault && isRivalled(indicators) && { rival: terminusName(indicators) }),
  };
  return [bare('string'), endpoint, ...(isDefault ? [bare('object')] : [])];
}

/** The same endpoint with somebody who counts its answers, beside the one without. */
function withMetrics(indicators) {
  const without = `ready, ${indicators}`;
  return {
    name: `${without}, with metrics`,
    kind: 'vitals',
    path: '/health/ready',
    indicators,
    metrics: true,
    without,
  };
}

function terminus(indicators) {
  return { name: terminusName(indicators), kind: 'terminus', path: '/health', indicators };
}

const bareName = (name, form) => `bare ${form} (${name})`;
const terminusName = (indicators) => `terminus, ${indicators}`;
