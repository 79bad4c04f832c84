import type { Readable } from 'node:stream';

export interface Body {
  readonly text: string;
  /** The body was longer, and the rest was not read. */
  readonly isCut: boolean;
}

/**
 * Reads at most the given number of bytes. After a body that is read to its end, the connection stays open for the next run.
 * For a longer body the stream and its connection are destroyed.
 */
export async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Body> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const piece of body) {
    size += piece.byteLength;
    if (size > maxBytes) {
      // Bytes beyond the limit are not decoded, because a decompressed piece can be very long.
      return {
        text: text + decoder.decode(piece.subarray(0, Math.max(0, maxBytes - (size - piece.byteLength)))),
        isCut: true,
      };
    }
    text += decoder.decode(piece, { stream: true });
  }
  return { text: text + decoder.decode(), isCut: false };
}

/** The time limit for an unused body, in milliseconds. */
const REST_TIME = 1000;

/**
 * Reads an unused body to its end in the background, so that the connection stays open for the next run. If the body is too
 * long or takes too long, the stream and its connection are destroyed.
 */
export function discardBody(body: Readable, maxBytes: number): void {
  let size = 0;
  const timer = setTimeout(() => body.destroy(), REST_TIME).unref();
  body
    .on('data', (piece: Uint8Array) => {
      size += piece.byteLength;
      if (size > maxBytes) body.destroy();
    })
    .on('error', () => undefined)
    .once('close', () => clearTimeout(timer));
}
