/** A request that a guide shows, and the response below it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  status: number;
  /** With `…` for what the guide leaves out. */
  response: string;
}

export interface Transcript {
  readonly exchanges: readonly Exchange[];
  /** The lines of the log. */
  readonly log: readonly string[];
  /** The arguments of the commands of the command-line tool. */
  readonly commands: readonly (readonly string[])[];
}

/** Reads the blocks of a guide that are a shell command, or requests with their responses, also those inside of lists. */
export function transcriptOf(guide: string): Transcript {
  const exchanges: Exchange[] = [];
  const log: string[] = [];
  const commands: string[][] = [];
  for (const [, indent = '', language, content = ''] of guide.matchAll(/^( *)```(\w*)\n([^]*?)^ *```$/gm)) {
    const lines = content.split('\n').map((line) => line.slice(indent.length));
    if (language === 'sh') {
      for (const command of lines.join('\n').replaceAll('\\\n', ' ').split('\n')) {
        const words = wordsOf(command);
        if (words[0] === 'curl') exchanges.push(ofCurl(words));
        else if (words.length > 0) commands.push(words);
      }
    }
    if (language !== '') continue;
    for (const [index, line] of lines.entries()) {
      const [, method, path] = /^(GET|PUT|POST|DELETE) (\S+)$/.exec(line) ?? [];
      const [, status, response = ''] = /^(\d{3}) (.*)$/.exec(line) ?? [];
      const next = lines[index + 1] ?? '';
      if (method && path) {
        const body = next.startsWith('{') ? next : undefined;
        exchanges.push({ method, path, headers: {}, body, status: 0, response: '' });
      } else if (status) Object.assign(exchanges.at(-1) ?? {}, { status: Number(status), response });
      else if (line !== '' && !line.startsWith('{')) log.push(line);
    }
  }
  return { exchanges, log, commands };
}

/** Matches a text that differs from the example only in times, durations, and what the example leaves out. */
export function like(example: string): RegExp {
  const pattern = example
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\\\.\d{3}Z/g, '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z')
    .replaceAll(/_ms":\d+/g, '_ms":\\d+')
    .replaceAll('…', '.*');
  return new RegExp(`^${pattern}$`);
}

/** The words of a shell command without its quotes. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? '',
  );
}

function ofCurl(words: readonly string[]): Exchange {
  const valuesOf = (option: string): string[] =>
    words.flatMap((word, index) => (words[index - 1] === option ? [word] : []));
  const url = new URL(words.find((word) => word.startsWith('http')) ?? '');
  const headers = valuesOf('-H').map((header) => header.split(': ', 2) as [string, string]);
  return {
    method: valuesOf('-X')[0] ?? 'GET',
    path: url.pathname,
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body: valuesOf('-d')[0],
    status: 0,
    response: '',
  };
}
