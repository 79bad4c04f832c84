import { readFileSync, statSync } from 'node:fs';
import type { SourceMapPayload } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StallFrame } from '../../../extension/event-loop-stall.js';

/** Bytes. Decoding a larger map would delay the responses of the thread to probes. */
const LARGEST_FILE = 20 * 1024 * 1024;
/** Positions that are remembered, so that a stall that repeats does not read its source map again. */
const REMEMBERED = 200;
const COMMENT = /\/[/*][#@] sourceMappingURL=([^\s*]+)/g;

/**
 * Finds the position in the source for a position in the code, by the source map that the file names in
 * `sourceMappingURL`. Files are read when a position is looked up for the first time.
 */
export class SourcePositions {
  readonly #known = new Map<string, StallFrame>();

  /** The frame itself if there is no usable source map. Never throws. */
  original(frame: StallFrame): StallFrame {
    if (!isAbsolute(frame.file)) return frame;
    const key = `${frame.function} ${frame.file}:${frame.line}:${frame.column}`;
    let mapped = this.#known.get(key);
    if (mapped) return mapped;
    mapped = lookUp(frame);
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(key, mapped);
    return mapped;
  }
}

function lookUp(frame: StallFrame): StallFrame {
  try {
    const found = payloadOf(frame.file);
    if (!found) return frame;
    const { SourceMap } = process.getBuiltinModule('node:module');
    const entry = new SourceMap(found.payload).findEntry(frame.line - 1, frame.column - 1);
    if (!('originalSource' in entry) || typeof entry.originalSource !== 'string') return frame;
    return {
      function: frame.function,
      file: sourcePath(found.base, entry.originalSource),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  } catch {
    // The file or its map is missing or malformed.
    return frame;
  }
}

/** The source map of a file, and the folder that its sources are relative to. */
function payloadOf(file: string): { payload: SourceMapPayload; base: string } | undefined {
  const url = [...readBounded(file).matchAll(COMMENT)].at(-1)?.[1];
  if (url === undefined) return undefined;
  if (url.startsWith('data:')) {
    const comma = url.indexOf(',');
    const isBase64 = url.slice(0, comma).endsWith(';base64');
    const body = url.slice(comma + 1);
    const text = isBase64 ? Buffer.from(body, 'base64').toString() : decodeURIComponent(body);
    return { payload: JSON.parse(text) as SourceMapPayload, base: dirname(file) };
  }
  const path = url.startsWith('file:') ? fileURLToPath(url) : resolve(dirname(file), decodeURIComponent(url));
  return { payload: JSON.parse(readBounded(path)) as SourceMapPayload, base: dirname(path) };
}

function readBounded(file: string): string {
  return statSync(file).size > LARGEST_FILE ? '' : readFileSync(file, 'utf8');
}

/** Bundlers write sources as URLs of a scheme of their own, such as `webpack://orders/./src/main.ts`. */
function sourcePath(base: string, source: string): string {
  if (source.startsWith('file:')) return fileURLToPath(source);
  return /^[a-z][a-z0-9+.-]+:/i.test(source) ? source : resolve(base, source);
}
