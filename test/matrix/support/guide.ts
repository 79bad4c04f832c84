import { readFileSync } from 'node:fs';

/** A step that the reader of a guide performs. */
export type Step = { readonly line: number } & (
  | { readonly kind: 'file'; readonly path: string; readonly code: string }
  | { readonly kind: 'command'; readonly command: string; readonly output?: ExpectedOutput }
  /** Ctrl+C in the terminal whose command begins with this program. */
  | { readonly kind: 'interrupt'; readonly program: string }
);

/** The output of the command as printed in the guide. */
export interface ExpectedOutput {
  readonly language: 'json' | 'http' | 'text';
  readonly text: string;
}

const BLOCK_OR_INTERRUPT = /^```(\w+)\n([^]*?)^```$|^<!-- Ctrl\+C: (\w+) -->$/gm;

/**
 * Reads the steps of a guide: commands (`sh`, one in each line), files (`ts`, named by the comment in their first
 * line), and
 * Ctrl+C. The expected output follows its command.
 */
export function readGuide(file: string): Step[] {
  const text = readFileSync(file, 'utf8');
  const steps: Step[] = [];
  for (const { index, 1: language, 2: code = '', 3: program } of text.matchAll(BLOCK_OR_INTERRUPT)) {
    const line = text.slice(0, index).split('\n').length;
    if (program !== undefined) steps.push({ line, kind: 'interrupt', program });
    else if (language === 'ts') steps.push({ line, kind: 'file', path: pathIn(code, line), code });
    else if (language === 'sh') steps.push(...commandsIn(code, line));
    else if (language === 'json' || language === 'http' || language === 'text') {
      steps.push(withOutput(steps.pop(), { language, text: code }, line));
    } else throw new Error(`line ${line}: there is no step for a block of ${language}`);
  }
  return steps;
}

function pathIn(code: string, line: number): string {
  const path = /^\/\/ (\S+)\n/.exec(code)?.[1];
  if (path === undefined) throw new Error(`line ${line}: the first line of the file must be a comment with its path`);
  return path;
}

function commandsIn(code: string, line: number): Step[] {
  return code
    .trim()
    .split('\n')
    .map((command, offset) => ({ kind: 'command', command, line: line + 1 + offset }));
}

function withOutput(step: Step | undefined, output: ExpectedOutput, line: number): Step {
  if (step?.kind !== 'command' || step.output) throw new Error(`line ${line}: this output does not follow a command`);
  return { ...step, output };
}
