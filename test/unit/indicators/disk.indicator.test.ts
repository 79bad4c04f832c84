import { statfs } from 'node:fs/promises';
import { type Mock, afterEach, describe, expect, it, vi } from 'vitest';
import { DiskIndicator, type DiskIndicatorOptions } from '../../../src/indicators/disk.indicator.js';
import { latch } from '../../support/latch.js';
import { faultsOf, run } from './indicator.js';

vi.mock('node:fs/promises', { spy: true });
const asked = statfs as unknown as Mock<(path: string) => Promise<object>>;

/** A file system of 1000 blocks of 4096 bytes, of which 100 are reserved for root. */
const fileSystem = ({ available = 900, inodes = 500, inodesFree = 500 } = {}) => ({
  type: 61_267,
  bsize: 4096,
  blocks: 1000,
  bfree: available + 100,
  bavail: available,
  files: inodes,
  ffree: inodesFree,
});

function useDisk(...parameters: Parameters<typeof fileSystem>): void {
  asked.mockResolvedValue(fileSystem(...parameters));
}

const check = async (options?: DiskIndicatorOptions) => run(new (DiskIndicator('disk', options))());

describe('DiskIndicator', () => {
  afterEach(() => {
    vi.resetAllMocks();
  });

  it('counts like df: blocks that only root may use are neither used nor free', async () => {
    useDisk({ available: 450, inodesFree: 125 });
    expect(await check()).toEqual({
      status: 'UP',
      data: {
        '/': {
          used_bytes: 450 * 4096,
          free_bytes: 450 * 4096,
          used_share: 0.5,
          inodes_free: 125,
          inodes_used_share: 0.75,
        },
      },
    });
    expect(asked).toHaveBeenCalledWith('/');
  });

  it.each([
    [90, 'UP'],
    [89, 'DEGRADED'],
    [18, 'DEGRADED'],
    [17, 'DOWN'],
    [0, 'DOWN'],
  ])('with %d free blocks of 900 is %s', async (available, status) => {
    useDisk({ available });
    expect((await check()).status).toBe(status);
  });

  it.each([
    [50, 'UP'],
    [49, 'DEGRADED'],
    [9, 'DOWN'],
  ])('with %d free inodes of 500 is %s', async (inodesFree, status) => {
    useDisk({ inodesFree });
    expect((await check()).status).toBe(status);
  });

  it('passes for a file system without a fixed number of inodes', async () => {
    useDisk({ inodes: 0, inodesFree: 0 });
    const result = await check();
    expect(result.status).toBe('UP');
    expect(result.data).toMatchObject({ '/': { inodes_used_share: 0 } });
  });

  it('checks the free bytes if the option is set', async () => {
    useDisk({ available: 100 });
    const free = { warn: 101 * 4096, fail: 50 * 4096 };
    expect(await check({ used: false, free })).toMatchObject({
      status: 'DEGRADED',
      message: '/ free: 400 KiB, below 404 KiB',
    });
    useDisk({ available: 49 });
    expect((await check({ used: false, free })).status).toBe('DOWN');
  });

  it('omits the data that the options exclude', async () => {
    useDisk({ available: 0, inodesFree: 0 });
    expect((await check({ used: false, inodes: false })).status).toBe('UP');
  });

  it('checks every path, and reports the full one', async () => {
    asked.mockImplementation((path) => Promise.resolve(fileSystem({ available: path === '/data' ? 5 : 900 })));
    const result = await check({ paths: ['/', '/data'] });
    expect(result).toMatchObject({ status: 'DOWN', message: '/data in use: 99.4 %, above 98 %' });
    expect(Object.keys(result.data ?? {})).toEqual(['/', '/data']);
  });

  it('is DOWN when the volume has no space at all', async () => {
    asked.mockResolvedValue({ ...fileSystem(), blocks: 0, bfree: 0, bavail: 0 });
    await expect(check({ paths: ['/proc'] })).rejects.toThrow('/proc is on a file system without a size');
  });

  it('calls a hanging file system once, for any number of runs and paths', async () => {
    const hanging = latch<object>();
    asked.mockReturnValue(hanging.promise);
    const indicator = new (DiskIndicator('disk', { paths: ['/a', '/b'] }))();
    for (let runs = 0; runs < 5; runs += 1) {
      const controller = new AbortController();
      const aborted = run(indicator, controller.signal);
      controller.abort(new Error('time is over'));
      await expect(aborted).rejects.toThrow('time is over');
    }
    expect(asked).toHaveBeenCalledTimes(1);

    const back = run(indicator);
    hanging.open(fileSystem());
    expect((await back).status).toBe('UP');
    expect(asked).toHaveBeenCalledTimes(2);
  });

  it('refuses options out of range', () => {
    expect(faultsOf(DiskIndicator('disk', { paths: [], used: { fail: 98 } }))).toEqual([
      'DiskIndicator("disk"), paths: its value is an array; use a list of at least one element, each a text that is not blank',
      'DiskIndicator("disk"), used.fail: its value is 98; use false, or a number from 0 to 1',
    ]);
  });
});
