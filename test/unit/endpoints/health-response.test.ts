import { describe, expect, it } from 'vitest';
import { finishResponse, mergeHeaders, mergeVary } from '../../../src/endpoints/health-response.js';

describe('finishResponse', () => {
  it('prepares every response that can be prepared before the first request', () => {
    expect(finishResponse(503, { 'x-health-status': 'DOWN' }, { status: 'DOWN' })).toStrictEqual({
      statusCode: 503,
      headers: { 'x-health-status': 'DOWN', 'content-length': '17' },
      fields: ['x-health-status', 'DOWN', 'content-length', '17'],
      body: '{"status":"DOWN"}',
    });
  });

  it.each([204, 304])('of a %i has neither a body nor its length and type', (statusCode) => {
    expect(finishResponse(statusCode, { 'content-type': 'text/plain', vary: 'accept' }, {})).toStrictEqual({
      statusCode,
      headers: { vary: 'accept' },
      fields: ['vary', 'accept'],
      body: '',
    });
  });

  it('of a 205 has a body of length 0', () => {
    expect(finishResponse(205, {}, {})).toMatchObject({ headers: { 'content-length': '0' }, body: '' });
  });

  it('counts the length in bytes, not in letters, and encodes a text that has more than ASCII', () => {
    const { headers, body } = finishResponse(200, {}, { word: 'größer' });
    expect(headers['content-length']).toBe('19');
    expect(body).toStrictEqual(Buffer.from('{"word":"größer"}'));
  });

  it.each([
    [2048, 'string'],
    [2049, 'object'],
  ])('keeps a text of %d bytes as a %s', (bytes, type) => {
    const { headers, body } = finishResponse(200, {}, { word: 'a'.repeat(bytes - '{"word":""}'.length) });
    expect(headers['content-length']).toBe(String(bytes));
    expect(typeof body).toBe(type);
    expect(String(body)).toHaveLength(bytes);
  });
});

describe('mergeVary', () => {
  it.each([
    ['Origin', 'accept', 'Origin, accept'],
    ['Accept, Origin', 'accept', 'accept, Origin'],
    [['Origin', 'Accept-Encoding'], 'accept', 'Origin, Accept-Encoding, accept'],
    ['*', 'accept', '*'],
    ['', 'accept', 'accept'],
  ])('merges %j and %j to %j', (present, own, merged) => {
    expect(mergeVary(present, own)).toBe(merged);
  });
});

describe('mergeHeaders', () => {
  it('prefers later headers, and keeps every name in Vary', () => {
    expect(
      mergeHeaders({ vary: 'accept', a: '1', b: '1' }, { a: '2', vary: 'origin' }, undefined, { c: '3' }),
    ).toStrictEqual({
      vary: 'accept, origin',
      a: '2',
      b: '1',
      c: '3',
    });
  });
});
