import { timingSafeEqual } from 'node:crypto';
import { beforeEach, expect, it, vi } from 'vitest';
import { Access } from '../../../src/endpoints/access.js';
import { healthRequest } from '../../support/health-request.js';

vi.mock(import('node:crypto'), async (original) => {
  const actual = await original();
  return { ...actual, timingSafeEqual: vi.fn<typeof actual.timingSafeEqual>(actual.timingSafeEqual) };
});

beforeEach(() => {
  vi.mocked(timingSafeEqual).mockClear();
});

it.each(['first', 'second', 'third', 'wrong', '', 'x'.repeat(10_000)])(
  'Access compares digests of equal length, with every key, for any given key: %.10s',
  async (given) => {
    const keys = { apiKeys: ['first', 'second', 'third'], authorize: undefined };
    const access = new Access(keys, () => undefined);
    await access.viewFor(healthRequest('/', { 'x-health-key': given }), 400);
    const lengths = vi.mocked(timingSafeEqual).mock.calls.map((sides) => sides.map(({ byteLength }) => byteLength));
    expect(lengths).toStrictEqual([
      [32, 32],
      [32, 32],
      [32, 32],
    ]);
  },
);
