import type { Readable } from 'node:stream';

export interface Body {
  readonly text: string;
  /** True: the body was longer than the limit, and the rest was not read. */
  readonly isTruncated: boolean;
}

/**
 * Reads at most the given number of bytes. After a body that is read to its end, the connection stays open for the next run.
 * For a longer body the stream and its connection are destroyed.
 */
export async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Body> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      // Bytes beyond the limit are not decoded, because a decompressed chunk can be very long.
      return {
        text: text + decoder.decode(chunk.subarray(0, Math.max(0, maxBytes - (size - chunk.byteLength)))),
        isTruncated: true,
      };
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return { text: text + decoder.decode(), isTruncated: false };
}

/** The time limit for an unused body, in milliseconds. */
const DISCARD_TIMEOUT = 1000;

/**
 * Reads an unused body to its end in the background, so that the connection stays open for the next run. If the body is too
 * long or takes too long, the stream and its connection are destroyed.
 */
export function discardBody(body: Readable, maxBytes: number): void {
  let size = 0;
  const timer = setTimeout(() => body.destroy(), DISCARD_TIMEOUT).unref();
  body
    .on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength;
      if (size > maxBytes) body.destroy();
    })
    .on('error', () => undefined)
    .once('close', () => clearTimeout(timer));
}
