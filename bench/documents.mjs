/** Writes the tables of a complete run into README.md and docs/performance.md, between comments that name each table. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { spread } from './statistics.mjs';
import { describeTarget } from './targets.mjs';

const DOCUMENTS = ['README.md', 'docs/performance.md'];
const ROOT = new URL('../', import.meta.url);

const ROWS = [
  ['`live`', 'live'],
  ['`ready`, 1 indicator', 'ready, 1'],
  ['`ready`, 10 indicators', 'ready, 10'],
  ['`ready`, 10 indicators, and metrics', 'ready, 10, with metrics'],
  ['`ready`, 100 indicators', 'ready, 100'],
  ['`ready`, 1000 indicators', 'ready, 1000'],
  ['`ready` in full, 1 indicator', 'ready in full, 1'],
  ['`ready` in full, 10 indicators', 'ready in full, 10'],
  ['`ready` in full, 100 indicators', 'ready in full, 100'],
  ['`ready` in full, 1000 indicators', 'ready in full, 1000'],
];
/** The rows of the README. */
const SHORT = new Set(['live', 'ready, 1', 'ready, 10', 'ready, 100']);

const PEERS = [
  ['node:http, the same bytes', 'node:http, the same bytes'],
  ['lightship', 'lightship'],
  ['@fastify/under-pressure', '@fastify/under-pressure'],
  ['**nest-vitals**, Nest on Fastify', 'nest-vitals, on Fastify'],
  ['@godaddy/terminus', '@godaddy/terminus'],
  ['@nestjs/terminus, Nest on Fastify', '@nestjs/terminus, on Fastify'],
  ['@cloudnative/health-connect, on Express', '@cloudnative/health-connect, on Express'],
];

/** The generated parts by name, as Markdown. */
export function generatedParts(results) {
  const { environment, http, inProcess, engine, startUp } = results;
  const find = (table) => (subject) => http.find((each) => each.table === table && each.subject === subject);
  return {
    machine: `Node ${environment.node.replace(/^v|\.\d+$/g, '')}, ${environment.cores} cores, ${environment.processor}.`,
    summary: table(
      [
        'Fastify',
        'CPU time',
        'bare controller ÷ nest-vitals',
        'with the same headers ÷ nest-vitals',
        'terminus ÷ nest-vitals',
      ],
      ROWS.filter(([, subject]) => SHORT.has(subject)).map(([title, subject]) => {
        const { microsecondsPerRequest, toBareString, toBareStringAndHeaders, toTerminus } = find('fastify')(subject);
        return [
          title,
          microseconds(microsecondsPerRequest, 0),
          spread(toBareString),
          ratio(toBareStringAndHeaders),
          ratio(toTerminus),
        ];
      }),
    ),
    fastify: onNest(find('fastify')),
    express: onNest(find('express')),
    inProcess: withoutNetwork((subject) => inProcess.find((each) => each.subject === subject)),
    peers: table(
      ['library', 'CPU time', 'library ÷ nest-vitals'],
      PEERS.map(([title, subject]) => {
        const { microsecondsPerRequest, itToOwn } = find('peers')(subject);
        return [title, microseconds(microsecondsPerRequest), ratio(itToOwn)];
      }),
    ),
    engine: table(
      ['indicators, all fresh', 'a probe', 'allocated by it', 'boot', 'heap of the indicators'],
      engine.scale.map(({ indicators, nanoseconds, bytes, boot, kept }) => [
        String(indicators),
        `${Math.round(nanoseconds)} ns`,
        `${Math.round(bytes)} bytes`,
        `${Math.round(boot)} ms`,
        `${(kept / 1e6).toFixed(1)} MB`,
      ]),
    ),
    facts: facts(engine, startUp)
      .map((fact) => `- ${fact}`)
      .join('\n'),
    targets: results.targets
      .map((target) => `- ${target.passed ? '' : '**missed:** '}${describeTarget(target)}`)
      .join('\n'),
  };
}

function onNest(find) {
  return table(
    [
      '',
      'CPU time',
      'bare controller ÷ nest-vitals',
      'with the same headers ÷ nest-vitals',
      'terminus ÷ nest-vitals',
      'without metrics ÷ with',
    ],
    ROWS.map(([title, subject]) => {
      const { microsecondsPerRequest, toBareString, toBareStringAndHeaders, toTerminus, toWithout } = find(subject);
      return [
        title,
        microseconds(microsecondsPerRequest),
        spread(toBareString),
        ratio(toBareStringAndHeaders),
        ratio(toTerminus),
        spread(toWithout),
      ];
    }),
  );
}

function withoutNetwork(find) {
  return table(
    ['', 'CPU time', 'more than the bare controller', 'terminus ÷ nest-vitals', 'without metrics ÷ with'],
    ROWS.filter(([, subject]) => find(subject)).map(([title, subject]) => {
      const { microsecondsPerRequest, overBareString, toTerminus, toWithout } = find(subject);
      const more = overBareString ? `${spread(overBareString, 1)} µs` : '';
      return [title, microseconds(microsecondsPerRequest), more, ratio(toTerminus), ratio(toWithout)];
    }),
  );
}

function facts({ runCost, storm, soak }, { discovering, imported, terminusImported }) {
  const micro = (nanoseconds) => `${(nanoseconds / 1000).toFixed(1)} µs`;
  const [first, last] = [soak.heap[0], soak.heap.at(-1)].map((bytes) => `${(bytes / 1e6).toFixed(2)} MB`);
  const { probes, runsOfEachCheck, took } = storm;
  const runs = `${runsOfEachCheck} ${runsOfEachCheck === 1 ? 'run' : 'runs'} of each check`;
  return [
    `A run of a check that resolves at once, with its report: ${micro(runCost.nanoseconds)}. A bare race with a timer: ${micro(runCost.raceNanoseconds)}.`,
    `${grouped(probes)} concurrent probes without a fresh result: ${runs}, and all responses within ${Math.round(took)} ms.`,
    `An hour on a clock that the test advances, with ${grouped(soak.probes)} probes and ${grouped(soak.changes)} changes of status: ${first} of heap after five minutes, ${last} at the end.`,
    `Discovery of 100 indicators among 1,000 providers at boot: ${discovering.median.toFixed(1)} ms.`,
    `Import of the package after Nest and RxJS: ${imported.median.toFixed(1)} ms (the fastest of the processes: ${imported.min.toFixed(1)} ms). Import of @nestjs/terminus: ${terminusImported.median.toFixed(1)} ms.`,
  ];
}

const grouped = (number) => number.toLocaleString('en-US');

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const microseconds = ({ median }, digits = 1) => `${median.toFixed(digits)} µs`;
const ratio = (value) => (value ? value.median.toFixed(2) : '');

/** The document with each generated part in its place. Throws if the document has an unknown name. */
export function withParts(document, parts) {
  return document.replaceAll(/(<!-- benchmark: (\w+) -->\n)[^]*?(\n<!-- end -->)/g, (_, begin, name, end) => {
    if (!Object.hasOwn(parts, name)) throw new Error(`there is no part named ${name}`);
    return `${begin}\n${parts[name]}\n${end}`;
  });
}

export async function writeDocuments(results) {
  const parts = generatedParts(results);
  for (const name of DOCUMENTS) {
    const file = new URL(name, ROOT);
    const config = await resolveConfig(file);
    const text = withParts(readFileSync(file, 'utf8'), parts);
    writeFileSync(file, await format(text, { ...config, parser: 'markdown' }));
  }
}
