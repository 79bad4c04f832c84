import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryIndicator, type MemoryIndicatorOptions } from '../../../src/indicators/memory.indicator.js';
import { faultsOf, run } from './indicator.js';

const HEAP_LIMIT = getHeapStatistics().heap_size_limit;
const GIB = 1024 ** 3;

function useMemory({ heap = 0, rss = 0, limit = 4 * GIB }): void {
  vi.spyOn(process, 'memoryUsage').mockReturnValue({
    rss,
    heapUsed: heap,
    heapTotal: HEAP_LIMIT,
    external: 0,
    arrayBuffers: 0,
  });
  vi.spyOn(process, 'constrainedMemory').mockReturnValue(limit);
  vi.spyOn(process, 'availableMemory').mockReturnValue(GIB);
}

const check = async (options?: MemoryIndicatorOptions) => run(new (MemoryIndicator('memory', options))());

describe('MemoryIndicator', () => {
  beforeEach(() => useMemory({}));
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('reports the used and the available memory as data', async () => {
    useMemory({ heap: Math.round(HEAP_LIMIT / 2), rss: 2 * GIB });
    expect(await check()).toEqual({
      status: 'UP',
      data: {
        heap_used_bytes: Math.round(HEAP_LIMIT / 2),
        heap_limit_bytes: HEAP_LIMIT,
        heap_used_share: 0.5,
        rss_bytes: 2 * GIB,
        memory_limit_bytes: 4 * GIB,
        memory_used_share: 0.5,
        available_bytes: GIB,
      },
    });
  });

  it.each([
    [0.85, 'UP'],
    [0.86, 'DEGRADED'],
    [0.96, 'DOWN'],
  ])('with a heap filled to %d is %s', async (share, status) => {
    useMemory({ heap: HEAP_LIMIT * share });
    expect((await check()).status).toBe(status);
  });

  it.each([
    [0.85, 'UP'],
    [0.86, 'DEGRADED'],
    [0.96, 'DOWN'],
  ])('with a container filled to %d is %s', async (share, status) => {
    useMemory({ rss: 4 * GIB * share });
    expect((await check()).status).toBe(status);
  });

  it('reports the value and the limit that it exceeds', async () => {
    useMemory({ rss: 3.9 * GIB, heap: HEAP_LIMIT });
    expect((await check({ rss: { fail: GIB } })).message).toBe(
      'heap in use: 100 %, above 95 %; memory in use: 97.5 %, above 95 %; resident set size: 3.9 GiB, above 1 GiB',
    );
  });

  it.each([0, 2 ** 63, 18_446_744_073_709_552_000])(
    'uses the memory of the machine when the container has no limit (%d)',
    async (limit) => {
      useMemory({ rss: totalmem(), limit });
      const result = await check();
      expect(result.data).toMatchObject({ memory_limit_bytes: totalmem(), memory_used_share: 1 });
      expect(result.status).toBe('DOWN');
    },
  );

  it('checks the limits of the options', async () => {
    useMemory({ heap: HEAP_LIMIT, rss: 4 * GIB });
    expect((await check({ heap: false, container: false })).status).toBe('UP');
    expect((await check({ heap: false, container: false, rss: { warn: 100 } })).status).toBe('DEGRADED');
  });

  it('refuses limits out of range', () => {
    const options = { heap: { warn: 85 }, rss: { fail: -1 } };
    expect(faultsOf(MemoryIndicator('memory', options))).toEqual([
      'MemoryIndicator("memory"), heap.warn: its value is 85; use false, or a number from 0 to 1',
      'MemoryIndicator("memory"), rss.fail: its value is -1; use false, or a whole number from 0 to 9007199254740991',
    ]);
  });
});
