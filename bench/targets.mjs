const ON_FASTIFY = (subject) => (http) =>
  http.find((result) => result.table === 'fastify' && result.subject === subject);
const live = ON_FASTIFY('live');
const ready1 = ON_FASTIFY('ready, 1');
const ready10 = ON_FASTIFY('ready, 10');
const readyWithMetrics = ON_FASTIFY('ready, 10, with metrics');
const ready100 = ON_FASTIFY('ready, 100');

/** Those of an endpoint on Fastify, compared with a bare controller. */
const comparedWithBare = (title, find) => [
  {
    name: `Fastify, ${title}: CPU time of the bare controller, divided by its own`,
    atLeast: 0.96,
    read: ({ http }) => find(http)?.toBareString?.median,
  },
  {
    name: `Fastify, ${title}: CPU time of the bare controller with the same headers, divided by its own`,
    atLeast: 1,
    read: ({ http }) => find(http)?.toBareStringAndHeaders?.median,
  },
];

/** The targets. A target is skipped if this run did not measure it. */
const TARGETS = [
  ...comparedWithBare('live', live),
  ...comparedWithBare('ready with 1 fresh indicator', ready1),
  ...comparedWithBare('ready with 10 fresh indicators', ready10),
  ...comparedWithBare('ready with 100 fresh indicators', ready100),
  {
    name: 'Fastify, ready with 10 indicators: CPU time of terminus, divided by its own',
    atLeast: 1.8,
    read: ({ http }) => ready10(http)?.toTerminus?.median,
  },
  {
    name: 'Fastify, ready with 10 indicators and metrics: CPU time without metrics, divided by that with them',
    atLeast: 0.97,
    read: ({ http }) => readyWithMetrics(http)?.toWithout?.median,
  },
  {
    name: 'Without a network, ready with 10 indicators: CPU time more than the bare controller, in µs',
    below: 2,
    read: ({ inProcess }) => inProcess.find(({ subject }) => subject === 'ready, 10')?.overBareString.median,
  },
  {
    name: 'Engine, 5,000 fresh indicators: cost of a probe, divided by that with 10',
    below: 1.5,
    read: ({ engine }) => engine && engine.scale.at(-1).nanoseconds / engine.scale[0].nanoseconds,
  },
  {
    name: 'Engine, a storm of 10,000 probes: runs of each check',
    below: 2,
    read: ({ engine }) => engine?.storm.runsOfEachCheck,
  },
  {
    name: 'Engine, an hour and 20 million probes: heap at the end, divided by that after five minutes',
    below: 1.05,
    read: ({ engine }) => engine && engine.soak.heap.at(-1) / engine.soak.heap[0],
  },
  {
    name: 'Start-up, 1,000 providers and 100 indicators: time of the discovery, in ms',
    below: 10,
    read: ({ startUp }) => startUp?.discovering.median,
  },
  {
    name: 'Start-up: time of the import of the package, in ms',
    below: 12,
    read: ({ startUp }) => startUp?.imported.median,
  },
];

/** `name: 1.02 (at least 0.96)`: the measured value of a target, and its limit. */
export function describeTarget({ name, value, atLeast, below }) {
  return `${name}: ${value.toFixed(2)} (${below === undefined ? `at least ${atLeast}` : `below ${below}`})`;
}

/** The results, with the value of each target. */
export function withTargets(results) {
  const { http = [], inProcess = [], engine, startUp } = results;
  return { ...results, targets: checkTargets({ http, inProcess, engine, startUp }) };
}

function checkTargets(results) {
  return TARGETS.flatMap(({ name, atLeast, below, read }) => {
    const value = read(results);
    if (value === undefined) return [];
    const passed = below === undefined ? value >= atLeast : value < below;
    return [{ name, ...(below === undefined ? { atLeast } : { below }), value, passed }];
  });
}
