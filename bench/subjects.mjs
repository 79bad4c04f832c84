const COUNTS = [1, 10, 100, 1000];
/** What terminus is measured with. */
const isRivalled = (indicators) => indicators <= 100;

/**
 * What is measured on one adapter, each endpoint beside what it is compared with, so that both see the machine in the
 * same state. `bodyOf` names the endpoint whose very bytes a yardstick answers with; `yardstick`, `rival` and
 * `without` name what a subject is divided by.
 */
export function subjectsFor(adapter) {
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
