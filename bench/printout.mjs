import { align } from './align.mjs';
import { spread } from './statistics.mjs';
import { describeTarget } from './targets.mjs';

/** Formats the results as text. */
export function print({ environment, method, http, inProcess, engine, startUp, targets }) {
  return [
    describe(environment, method),
    ...(http ? [table(http)] : []),
    ...(inProcess ? [table(inProcess)] : []),
    ...(engine ? [engineLines(engine)] : []),
    ...(startUp ? [startUpLines(startUp)] : []),
    ...(targets.length > 0 ? [targetLines(targets)] : []),
  ].join('\n\n');
}

function describe({ node, processor, cores, packages }, { isPinned, connections, processes, rounds, requests }) {
  return [
    `Node ${node}, ${cores} x ${processor}`,
    Object.entries(packages)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    isPinned
      ? 'Servers and client are pinned to a core each.'
      : 'Servers and client are NOT pinned: this machine has one core, or no taskset.',
    `CPU time of the server process per request: ${processes} processes of each subject with ${rounds} rounds of bursts of ${requests} requests`,
    `over ${connections} keep-alive connections, without pipelining. Subjects that are compared run together and get requests`,
    'in random order; results are fresh during a burst. Figures are medians, in parentheses the first and the third quartile. Ratios are computed per round:',
    'above 1, the endpoint needs less CPU time than the compared subject. The bare controllers respond with the bytes of',
    'the endpoint in their name: one returns a text, one also sets the headers of the endpoint by @Header(), and one returns',
    'an object that the adapter serialises.',
  ].join('\n');
}

const COLUMNS = [
  ['', ({ subject }) => subject],
  ['bytes', ({ bytes }) => bytes ?? ''],
  ['CPU, µs', ({ microsecondsPerRequest }) => spread(microsecondsPerRequest, 1)],
  ['bare text ÷ own', ({ toBareString }) => spread(toBareString)],
  ['own − bare text, µs', ({ overBareString }) => spread(overBareString, 1)],
  ['bare text and headers ÷ own', ({ toBareStringAndHeaders }) => spread(toBareStringAndHeaders)],
  ['bare object ÷ own', ({ toBareObject }) => spread(toBareObject)],
  ['node:http ÷ own', ({ toNodeHttp }) => spread(toNodeHttp)],
  ['terminus ÷ own', ({ toTerminus }) => spread(toTerminus)],
  ['without ÷ with', ({ toWithout }) => spread(toWithout)],
  ['library ÷ nest-vitals', ({ itToOwn }) => spread(itToOwn)],
];

function table(http) {
  const tables = [...new Set(http.map(({ table: name }) => name))];
  return tables
    .map((name) => {
      const rows = http.filter((result) => result.table === name);
      const columns = COLUMNS.filter(([, read]) => rows.some((row) => read(row) !== ''));
      const cells = [
        columns.map(([title]) => title),
        ...rows.map((row) => columns.map(([, read]) => String(read(row)))),
      ];
      return `${name}\n${align(cells)}`;
    })
    .join('\n\n');
}

function engineLines({ processes, runCost, scale, storm, soak }) {
  const { runsPerSecond, nanoseconds, raceNanoseconds } = runCost;
  const rows = scale.map(({ indicators, nanoseconds: each, bytes, boot, kept }) => [
    String(indicators),
    `${Math.round(each)} ns`,
    `${Math.round(bytes)}`,
    `${boot.toFixed(0)} ms`,
    `${(kept / 1e6).toFixed(1)} MB`,
  ]);
  const [first, last] = [soak.heap[0], soak.heap.at(-1)].map((bytes) => `${(bytes / 1e6).toFixed(2)} MB`);
  return [
    `engine, without HTTP; medians of ${processes} fresh processes`,
    `a run of a check that resolves at once, and its report: ${Math.round(nanoseconds)} ns, which is ${Math.round(runsPerSecond)} a second; a bare race with a timer: ${Math.round(raceNanoseconds)} ns`,
    align([['indicators, all fresh', 'a probe', 'bytes allocated by it', 'boot', 'heap kept'], ...rows]),
    `a storm of ${storm.probes} probes at once: ${storm.runsOfEachCheck} run of each check, all responses within ${Math.round(storm.took)} ms`,
    `an hour on a clock that the test advances: ${soak.probes} probes, ${soak.runs} runs, ${soak.changes} changes of status; heap ${first} after five minutes, ${last} at the end`,
  ].join('\n');
}

function startUpLines({ processes, bootWithout, bootWith, added, discovering, imported, terminusImported }) {
  const line = (title, { median, min, max }) => [
    title,
    `${median.toFixed(1)} ms`,
    `${min.toFixed(1)}-${max.toFixed(1)}`,
  ];
  return (
    `start-up, medians of ${processes} fresh processes; an application context of 1,000 providers and 100 indicators\n` +
    align([
      ['', 'median', 'min-max'],
      line('boot without the module', bootWithout),
      line('boot with the module', bootWith),
      line('time that the module adds, in pairs of runs', added),
      line('of which discovery: finding, checking and adding indicators', discovering),
      line('importing the package, after Nest and RxJS', imported),
      line('importing @nestjs/terminus instead', terminusImported),
    ])
  );
}

function targetLines(targets) {
  const lines = targets.map((target) => `${target.passed ? 'reached' : 'MISSED '}  ${describeTarget(target)}`);
  return ['targets', ...lines].join('\n');
}
