import { readFileSync } from 'node:fs';

/** A fenced block of code in a Markdown file. */
export interface CodeBlock {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

/** The blocks of one language, in their order. */
export function codeBlocks(file: string, language: string): CodeBlock[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)]
    .filter(([, tag]) => tag === language)
    .map((match) => ({
      file,
      line: text.slice(0, match.index).split('\n').length + 1,
      code: match[2] ?? '',
    }));
}
