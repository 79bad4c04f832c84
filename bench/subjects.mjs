/** A table for each adapter, and one for other libraries (peers), each on the framework that it is made for. */
const TABLES = { fastify: () => onNest('fastify'), express: () => onNest('express'), peers: withPeers };
export const TABLE_NAMES = Object.keys(TABLES);

const COUNTS = [1, 10, 100, 1000];
/** Terminus is measured with at most 100 indicators. */
const isComparedWithTerminus = (indicators) => indicators <= 100;

/**
 * The subjects of one table. `bodyOf` names the endpoint whose bytes a baseline sends. `baseline`, `headersBaseline`,
 * `objectBaseline`, `minimum`, `competitor` and `without` name the subjects that a subject is compared with; a peer is
 * compared with its `comparedWith`. Subjects that are compared with each other form a family.
 */
export function subjectsFor(table) {
  return TABLES[table]().map((subject) => ({ table, family: table, ...subject }));
}

/** The members of each family, by its name. */
export function familiesOf(subjects) {
  const families = new Map(subjects.map(({ family }) => [family, []]));
  for (const subject of subjects) families.get(subject.family).push(subject);
  return families;
}

/** The families that are also measured without a network: those whose targets depend on a few microseconds. */
const IN_PROCESS = new Set(['live', 'ready, 1', 'ready, 10', 'ready, 100']);

export function subjectsInProcess() {
  return subjectsFor('fastify')
    .filter(({ family }) => IN_PROCESS.has(family))
    .map((subject) => ({ ...subject, table: 'in process' }));
}

/** The endpoints on an adapter of Nest, with their baselines. */
function onNest(adapter) {
  return [
    { name: 'node:http', family: 'live', kind: 'node-http', path: '/', bodyOf: 'live' },
    ...compared({ name: 'live', path: '/health/live', indicators: 0 }),
    terminus(0, 'live'),
    ...COUNTS.flatMap((indicators) => [
      ...compared({ name: `ready, ${indicators}`, path: '/health/ready', indicators }),
      ...(isComparedWithTerminus(indicators) ? [terminus(indicators, `ready, ${indicators}`)] : []),
    ]),
    withMetrics(10),
    ...COUNTS.flatMap((indicators) =>
      compared({ name: `ready in full, ${indicators}`, path: '/health/ready', indicators, view: 'full' }),
    ),
  ].map((subject) => ({ adapter, ...subject }));
}

/** Each library that has a readiness endpoint, with ten checks that resolve at once. */
function withPeers() {
  const own = 'nest-vitals, on Fastify';
  const peer = (name, key) => ({ name, kind: 'peer', peer: key, path: '/ready', indicators: 10, comparedWith: own });
  return [
    { name: own, adapter: 'fastify', kind: 'vitals', path: '/health/ready', indicators: 10 },
    { name: 'node:http, the same bytes', kind: 'node-http', path: '/', bodyOf: own, comparedWith: own },
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
      comparedWith: own,
    },
  ];
}

/**
 * An endpoint and its baselines. The full view is compared with a text only, because the default view shows the costs of
 * serialising an object and of the headers.
 */
function compared({ name, indicators, view, path }) {
  const isDefault = view === undefined;
  const withHeaders = isDefault && isComparedWithTerminus(indicators);
  const bare = (form) => ({
    name: bareName(name, form),
    family: name,
    kind: 'bare',
    form,
    path: '/answer',
    bodyOf: name,
  });
  const endpoint = {
    name,
    family: name,
    kind: 'vitals',
    path,
    indicators,
    view,
    baseline: bareName(name, 'string'),
    ...(name === 'live' && { minimum: 'node:http' }),
    ...(isDefault && { objectBaseline: bareName(name, 'object') }),
    ...(withHeaders && { headersBaseline: bareName(name, 'string and headers') }),
    ...(isDefault && isComparedWithTerminus(indicators) && { competitor: terminusName(indicators) }),
  };
  return [
    bare('string'),
    endpoint,
    ...(withHeaders ? [bare('string and headers')] : []),
    ...(isDefault ? [bare('object')] : []),
  ];
}

/** The endpoint with metrics, compared with the same endpoint without them. */
function withMetrics(indicators) {
  const without = `ready, ${indicators}`;
  return {
    name: `${without}, with metrics`,
    family: without,
    kind: 'vitals',
    path: '/health/ready',
    indicators,
    metrics: true,
    without,
  };
}

function terminus(indicators, family) {
  return { name: terminusName(indicators), family, kind: 'terminus', path: '/health', indicators };
}

const bareName = (name, form) => `bare ${form} (${name})`;
const terminusName = (indicators) => `terminus, ${indicators}`;
