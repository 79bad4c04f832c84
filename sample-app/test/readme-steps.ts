import { readFileSync } from 'node:fs';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const ADDRESS = 'http://127.0.0.1:3000';

/** A command of the README, and the answer that stands below it. */
export interface ReadmeStep {
  readonly command: string;
  readonly path: string;
  readonly request: RequestInit;
  /** How often it is sent. */
  readonly times: number;
  /** The HTTP status, where it is shown. */
  readonly status: number | 'success';
  /** The masked body. Undefined: it is not shown. */
  readonly body: unknown;
}

/** The steps under one heading, in their order. A command that is to hang is left out. */
export function readmeSteps(heading: string): readonly ReadmeStep[] {
  const [, text = ''] = README.split(`\n## ${heading}\n`);
  const [section = ''] = text.split('\n## ');
  const blocks = [...section.matchAll(/^```(\w*)\n([^]*?)\n```$/gm)];
  return blocks.flatMap(([, language, code = ''], index) => {
    if (language !== 'sh' || !code.includes(ADDRESS) || code.includes('curl -m')) return [];
    const [, shownAs = '', shown] = blocks[index + 1] ?? [];
    return [toStep(code, ['http', 'json'].includes(shownAs) ? shown : undefined)];
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
/** What the machine and the process are like at the moment. */
const PROCESS: ReadonlySet<string> = new Set(['memory', 'disk', 'event_loop']);

/** A body without what differs from run to run. Orders of one second come in any order, so lists are sorted. */
export function masked(body: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(body), (key, value: unknown) => {
    if (TIMES.has(key) && !Number.isNaN(Date.parse(String(value)))) return 'a time';
    if (PROCESS.has(key)) return Object.keys(value as object);
    return VARYING.has(key) ? `a ${key === 'host' ? key : typeof value}` : value;
  });
  if (!Array.isArray(copy)) return copy;
  return copy.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}
