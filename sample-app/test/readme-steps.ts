import { readFileSync } from 'node:fs';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const ADDRESS = 'http://127.0.0.1:3000';

/** A command of the README, and the response below it. */
export interface ReadmeStep {
  readonly command: string;
  readonly path: string;
  readonly request: RequestInit;
  /** The number of times that it is sent. */
  readonly times: number;
  /** The HTTP status, if it is shown. */
  readonly status: number | 'success';
  /** The masked body. Undefined: it is not shown. */
  readonly body: unknown;
}

/** The steps under one heading, in their order. A response belongs to the last command of the block above it. */
export function readmeSteps(heading: string): readonly ReadmeStep[] {
  const [, text = ''] = README.split(`\n## ${heading}\n`);
  const [section = ''] = text.split('\n## ');
  const blocks = [...section.matchAll(/^```(\w*)\n([^]*?)\n```$/gm)];
  return blocks.flatMap(([, language, code = ''], index) => {
    if (language !== 'sh' || !code.includes(ADDRESS)) return [];
    const [, shownAs = '', shown] = blocks[index + 1] ?? [];
    const commands = code.split(/\n(?=curl |for )/);
    const response = shownAs === 'http' ? shown : undefined;
    return commands.map((command, position) =>
      toStep(command, position === commands.length - 1 ? response : undefined),
    );
  });
}

function toStep(command: string, shown = ''): ReadmeStep {
  const [, path = ''] = new RegExp(`${ADDRESS}(\\S+)`).exec(command) ?? [];
  const [, content] = /-d '(.*)'/.exec(command) ?? [];
  const [, status] = /^HTTP\/1\.1 (\d+)/.exec(shown) ?? [];
  const json = status === undefined ? shown : shown.slice(shown.indexOf('\n\n'));
  return {
    command,
    path,
    request: {
      method: command.includes('-X POST') ? 'POST' : 'GET',
      ...(content !== undefined && { headers: { 'content-type': 'application/json' }, body: content }),
    },
    times: Number(/seq (\d+)/.exec(command)?.[1] ?? 1),
    status: status === undefined ? 'success' : Number(status),
    body: json === '' ? undefined : masked(JSON.parse(json)),
  };
}

const TIMES: ReadonlySet<string> = new Set(['timestamp', 'checked_at', 'since', 'createdAt', 'last_beat_at']);
const VARYING: ReadonlySet<string> = new Set([
  'response_time_ms',
  'consecutive_failures',
  'uptime_seconds',
  'oldest_seconds',
  'pid',
  'id',
  'url',
  'host',
  'beats',
  'silence_ms',
]);
/** Indicators whose data depends on the machine. */
const PROCESS: ReadonlySet<string> = new Set(['memory', 'disk', 'event_loop']);

/** A body without the values that differ from run to run. Lists are sorted, because orders of one second have no fixed order. */
export function masked(body: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(body), (key, value: unknown) => {
    if (TIMES.has(key) && !Number.isNaN(Date.parse(String(value)))) return 'a time';
    if (PROCESS.has(key)) return Object.keys(value as object);
    return VARYING.has(key) ? `a ${key === 'host' ? key : typeof value}` : value;
  });
  if (!Array.isArray(copy)) return copy;
  return copy.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}
