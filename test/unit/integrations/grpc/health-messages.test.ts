import { describe, expect, it } from 'vitest';
import { readResponse, writeRequest } from '../../../../src/integrations/grpc/health-messages.js';

describe('the request of grpc.health.v1', () => {
  it.each([
    ['', []],
    ['orders', [10, 6, ...Buffer.from('orders')]],
    ['größer', [10, 8, ...Buffer.from('größer')]],
  ])('for "%s" contains its length in bytes and its text', (service, message) => {
    expect([...writeRequest(service)]).toEqual(message);
  });

  it('has the length of a long name in two bytes', () => {
    const name = 'n'.repeat(300);
    expect([...writeRequest(name).subarray(0, 3)]).toEqual([10, 0xac, 2]);
    expect(writeRequest(name).subarray(3).toString()).toBe(name);
  });
});

describe('the response of grpc.health.v1', () => {
  it.each([
    [[8, 1], 'SERVING'],
    [[8, 2], 'NOT_SERVING'],
    [[8, 3], 'SERVICE_UNKNOWN'],
    [[8, 0], 'UNKNOWN'],
    [[], 'UNKNOWN'],
    [[8, 2, 8, 1], 'SERVING'],
    [[8, 4], undefined],
    [[8, 0x81, 0x80, 0x80, 0x80, 0x10], undefined],
    [[8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], undefined],
  ])('with %j is %s', (message, status) => {
    expect(readResponse(Buffer.from(message))).toBe(status);
  });

  it('may contain fields that this version does not know', () => {
    const unknown = [16, 5, 25, 1, 2, 3, 4, 5, 6, 7, 8, 34, 3, 8, 2, 8, 45, 1, 2, 3, 4];
    expect(readResponse(Buffer.from([...unknown, 8, 1]))).toBe('SERVING');
    expect(readResponse(Buffer.from([8, 1, ...unknown]))).toBe('SERVING');
  });

  it.each([[[8]], [[8, 0x80]], [[15]], [[8, 1, 34, 5, 0]]])('with the bytes %j is not a message', (message) => {
    expect(() => readResponse(Buffer.from(message))).toThrow('the message');
  });
});
