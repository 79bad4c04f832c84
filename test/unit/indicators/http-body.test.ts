import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readBody } from '../../../src/indicators/http/body.js';

/** A body that arrives in these chunks. */
const inPieces = (...pieces: Uint8Array[]): Readable => Readable.from(pieces);

it('the HTTP body reader joins the chunks of a body to one text, without splitting characters', async () => {
  const bytes = Buffer.from('grün');
  expect(await readBody(inPieces(bytes.subarray(0, 3), bytes.subarray(3)), 5)).toEqual({
    text: 'grün',
    isTruncated: false,
  });
});

it('the HTTP body reader shows a replacement for an incomplete character', async () => {
  expect(await readBody(inPieces(Buffer.from('ü').subarray(0, 1)), 5)).toEqual({ text: '\uFFFD', isTruncated: false });
});

it('the HTTP body reader stops at the limit of bytes', async () => {
  const pieces = [Buffer.from('abc'), Buffer.from('de')];
  expect(await readBody(inPieces(...pieces), 5)).toEqual({ text: 'abcde', isTruncated: false });
  expect(await readBody(inPieces(...pieces), 4)).toEqual({ text: 'abcd', isTruncated: true });
});

it('the HTTP body reader returns nothing for a response without a body', async () => {
  expect(await readBody(inPieces(), 5)).toEqual({ text: '', isTruncated: false });
});
