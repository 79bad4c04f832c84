import { describe, expect, it } from 'vitest';
import { finishResponse } from '../../../src/endpoints/health-response.js';

describe('finishResponse', () => {
  it('finishes everything that can be finished before anybody asks', () => {
    expect(finishResponse(503, { 'x-health-status': 'DOWN' }, { status: 'DOWN' })).toStrictEqual({
      statusCode: 503,
      headers: { 'x-health-status': 'DOWN', 'content-length': '17' },
      fields: ['x-health-status', 'DOWN', 'content-length', '17'],
      body: '{"status":"DOWN"}',
    });
  });

  it('counts bytes, not letters', () => {
    const { headers, body } = finishResponse(200, {}, { word: 'größer' });
    expect(Number(headers['content-length'])).toBe(Buffer.byteLength(body));
  });

  it.each([
    [1024, 'string'],
    [1025, 'object'],
  ])('keeps a text of %d bytes as a %s', (bytes, type) => {
    const { headers, body } = finishResponse(200, {}, { word: 'a'.repeat(bytes - '{"word":""}'.length) });
    expect(headers['content-length']).toBe(String(bytes));
    expect(typeof body).toBe(type);
    expect(String(body)).toHaveLength(bytes);
  });
});
