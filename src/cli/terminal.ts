import type { HealthStatus } from '../core/status.js';

/** The output of the tool. Tests replace it. */
export interface Terminal {
  write(text: string): void;
  writeError(text: string): void;
  readonly hasColours: boolean;
  /** Whether the output is a screen that can be redrawn, not a pipe or a file. */
  readonly isInteractive: boolean;
}

/** Colours are used on a terminal only, and never with the environment variable NO_COLOR (https://no-color.org). */
export function terminalOf(process: NodeJS.Process): Terminal {
  const { stdout, stderr, env } = process;
  const { isTTY: isInteractive } = stdout;
  return {
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    isInteractive,
    hasColours: isInteractive && !env['NO_COLOR'] && env['TERM'] !== 'dumb',
  };
}

const GREEN = 32;
const YELLOW = 33;
const RED = 31;
const GREY = 90;
const CODES: Readonly<Record<HealthStatus, number>> = {
  UP: GREEN,
  DEGRADED: YELLOW,
  DOWN: RED,
  OUT_OF_SERVICE: RED,
  UNKNOWN: RED,
  SKIPPED: GREY,
};

export function coloured(text: string, status: HealthStatus, { hasColours }: Pick<Terminal, 'hasColours'>): string {
  return hasColours ? `\u001B[${CODES[status] ?? RED}m${text}\u001B[0m` : text;
}

/** JSON on one line, in which control characters are escaped: JSON itself permits those above U+007E, which terminals obey. */
export function json(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    [...Array(character.length).keys()].map((at) => escaped(character.charCodeAt(at))).join(''),
  );
}

const escaped = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;

/** One line without control characters, so that a text of a server cannot move the cursor or forge a line. */
export function printable(text: unknown): string {
  return String(text)
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .slice(0, 300);
}
