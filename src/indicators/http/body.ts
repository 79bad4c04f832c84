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
      // What is beyond is not decoded: one piece of a stream of zeros can be long.
      return {
        text: text + decoder.decode(piece.subarray(0, Math.max(0, maxBytes - (size - piece.byteLength)))),
        isCut: true,
      };
    }
    text += decoder.decode(piece, { stream: true });
  }
  return { text: text + decoder.decode(), isCut: false };
}

/** Milliseconds for a body that is not used. */
const REST_TIME = 1000;

/**
 * Lets a body that is not used run out in the background, so that the connection stays open for the next run. The stream
 * and its connection are destroyed if the body is too long or takes too long.
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
