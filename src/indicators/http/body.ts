export interface Body {
  readonly text: string;
  /** There was more, which was not read. */
  readonly isCut: boolean;
}

/**
 * Reads so many bytes at most. A body that is read to its end leaves the connection open for the next run; the rest of a
 * longer one is left to be cancelled by the request's signal.
 */
export async function readBody({ body }: Response, maxBytes: number): Promise<Body> {
  if (!body) return { text: '', isCut: false };
  const reader = body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return { text: text + decoder.decode(), isCut: false };
    size += value.byteLength;
    if (size > maxBytes) return { text, isCut: true };
    text += decoder.decode(value, { stream: true });
  }
}
